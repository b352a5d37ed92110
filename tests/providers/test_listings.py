"""Resources read by list: the same as read singly, with few calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.engine.ports import BulkReader, Reading
from infra.engine.values import Properties
from infra.providers.databricks.client import Client
from tests.providers.account_cases import ACCOUNT_LISTED
from tests.providers.scripted import subject
from tests.providers.test_roundtrip import Place, place
from tests.providers.unity_cases import UNITY_LISTED

__all__ = ["place"]

Make = Callable[[int], Properties]

LISTED: dict[str, Make] = {
    "Catalog": lambda n: {"name": f"listed{n}", "comment": "x", "properties": {"a": "1"}},
    "Schema": lambda n: {"catalogName": "main", "name": f"listed{n}", "comment": "x", "properties": {"a": "1"}},
    "Volume": lambda n: {"catalogName": "main", "schemaName": "here", "name": f"v{n}", "volumeType": "MANAGED", "comment": "x"},
    "SqlEndpoint": lambda n: {
        "name": f"w{n}",
        "clusterSize": "2X-Small",
        "warehouseType": "PRO",
        "enableServerlessCompute": False,
        "tags": {"customTags": [{"key": "a", "value": "1"}]},
    },
    "Group": lambda n: {"displayName": f"g{n}", "workspaceAccess": True},
    "ServicePrincipal": lambda n: {"displayName": f"p{n}", "allowClusterCreate": True},
    "User": lambda n: {"userName": f"u{n}@example.com", "databricksSqlAccess": True},
    "SecretScope": lambda n: {"name": f"s{n}"},
    "VectorSearchEndpoint": lambda n: {"name": f"vs{n}", "endpointType": "STANDARD"},
    **ACCOUNT_LISTED,
    **UNITY_LISTED,
}


def readings(place: Place, kind: str, count: int) -> list[Reading]:
    made = [place.made(kind, LISTED[kind](number)) for number in range(count)]
    return [Reading(here, id, inputs, outputs) for here, id, inputs, outputs in made]


@pytest.mark.parametrize("kind", list(LISTED))
def test_a_list_says_what_single_reads_say(place: Place, kind: str) -> None:
    """Inputs and outputs, field by field."""
    asked = readings(place, kind, 3)
    assert isinstance(place.provider, BulkReader)
    listed = place.provider.read_many(asked)

    assert len(listed) == 3
    for reading in asked:
        assert place.provider.read(reading.subject, reading.id, reading.inputs, reading.outputs) == listed[reading]
        place.provider.delete(reading.subject, reading.id, reading.inputs, reading.outputs)


def test_what_a_list_does_not_hold_is_left_to_single_reads(place: Place) -> None:
    """So is what would not be worth a list, and what has none."""
    asked = readings(place, "Group", 3)
    gone = Reading(asked[0].subject, "0", asked[0].inputs, asked[0].outputs | {"id": "0"})
    scope: Any = Reading(subject("Grants"), "schema/main.here", {}, {})
    assert isinstance(place.provider, BulkReader)

    assert set(asked) == set(place.provider.read_many([*asked, gone, scope]))
    assert dict(place.provider.read_many(asked[:2])) == {}


def test_many_resources_take_few_calls(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call for all schemas of a catalog, whatever their number on a page."""
    asked = readings(place, "Schema", 12)
    sent: list[str] = []
    call = Client.call

    def counted(self: Client, method: str, path: str, **more: Any) -> Any:
        sent.append(path)
        return call(self, method, path, **more)

    monkeypatch.setattr(Client, "call", counted)
    assert isinstance(place.provider, BulkReader)
    place.provider.read_many(asked)

    assert sent == ["/api/2.1/unity-catalog/schemas"]
