"""Outputs of a preview: what is known is there, what is not is unknown, and the workspace is not asked."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.ports import ProviderError
from infra.engine.values import UNKNOWN, Secret
from infra.providers.databricks import plugin
from infra.providers.databricks.provider import DatabricksProvider
from tests.providers.scripted import Script, provider_on, subject

OFFLINE = DatabricksProvider(None)


def checked(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    result = OFFLINE.check(subject(kind), None, inputs)
    assert result.failures == ()
    return result.inputs


def test_a_create_foretells_inputs_and_leaves_the_rest_unknown() -> None:
    """What the server decides is unknown, what nobody sets is null."""
    created = OFFLINE.create(subject("Schema"), checked("Schema", {"catalogName": "main", "name": "b"}), preview=True)
    assert created.id == ""
    assert created.outputs == {
        "catalogName": "main",
        "comment": None,
        "enablePredictiveOptimization": UNKNOWN,
        "forceDestroy": False,
        "id": UNKNOWN,
        "metastoreId": UNKNOWN,
        "name": "b",
        "owner": UNKNOWN,
        "properties": None,
        "providerConfig": UNKNOWN,
        "schemaId": UNKNOWN,
        "storageRoot": None,
    }


def test_a_warehouse_has_its_id_under_another_name() -> None:
    """As the official provider's outputs do."""
    outputs = OFFLINE.create(subject("SqlEndpoint"), checked("SqlEndpoint", {"clusterSize": "Small"}), preview=True).outputs
    assert outputs["sqlEndpointId"] is UNKNOWN
    assert "id" not in outputs


def test_an_update_keeps_what_the_server_has_decided() -> None:
    """Ids and owners do not become unknown: nothing that depends on them would change."""
    olds = {"id": "main.b", "owner": "me", "schemaId": "7", "comment": "x", "name": "b", "catalogName": "main"}
    news = checked("Schema", {"catalogName": "main", "name": "b", "comment": UNKNOWN})
    outputs = OFFLINE.update(subject("Schema"), "main.b", {}, olds, news, preview=True)
    assert tuple(outputs[key] for key in ("id", "owner", "schemaId", "comment")) == ("main.b", "me", "7", UNKNOWN)


def test_secret_inputs_are_secret_outputs() -> None:
    """The whole top-level property, and a secret's value in any case."""
    schema = checked("Schema", {"catalogName": "main", "name": "b", "properties": {"a": Secret("x")}})
    assert Secret({"a": "x"}) == OFFLINE.create(subject("Schema"), schema, preview=True).outputs["properties"]
    secret = checked("Secret", {"scope": "s", "key": "k", "stringValue": "v"})
    assert Secret("v") == OFFLINE.create(subject("Secret"), secret, preview=True).outputs["stringValue"]


def test_nothing_is_asked_of_the_workspace() -> None:
    """Not even who is calling."""
    script = Script({})
    provider = provider_on(script)
    permissions = checked(
        "Permissions", {"jobId": UNKNOWN, "accessControls": [{"groupName": "g", "permissionLevel": "CAN_VIEW"}]}
    )
    provider.create(subject("Permissions"), permissions, preview=True)
    assert script.sent == []


def test_a_provider_with_unknown_credentials_serves_previews_alone() -> None:
    """Its host may come out of the same update."""
    provider = plugin.configure({"host": UNKNOWN, "token": Secret("t")})
    inputs = checked("Schema", {"catalogName": "main", "name": "b"})
    assert provider.create(subject("Schema"), inputs, preview=True).outputs["name"] == "b"
    with pytest.raises(ProviderError, match="host or credentials are not known yet"):
        provider.create(subject("Schema"), inputs, preview=False)
