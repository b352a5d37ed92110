"""What is refused before an operation touches anything."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from infra.models import ModelError, load_environment
from infra.operations.errors import EngineUnavailable, NotReachable, PassphraseError
from infra.operations.settings import Settings
from infra.operations.target import open_target, passphrase_for

#: What prod needs, and what it must not look at.
PROCESS = {
    "SHOP_HOST": "https://shop.example.test",
    "LAKESTEAD_SECRET_SHOP": "the secret",
    "PULUMI_CONFIG_PASSPHRASE": "the passphrase",
    "DATABRICKS_HOST": "https://elsewhere.example.test",
    "DATABRICKS_TOKEN": "elsewhere",
    "DATABRICKS_CONFIG_PROFILE": "elsewhere",
}


def test_only_the_environments_own_credentials_are_used(settings: Settings) -> None:
    target = open_target(settings, "prod", PROCESS)

    connection = target.connection
    assert (connection.host, connection.token) == ("https://shop.example.test", None)
    assert (connection.client_id, connection.client_secret) == ("an-application", "the secret")
    assert target.passphrase == "the passphrase"
    assert "the secret" not in repr(target)
    assert "the passphrase" not in repr(target)


@pytest.mark.parametrize("missing", ["SHOP_HOST", "LAKESTEAD_SECRET_SHOP"])
def test_a_variable_that_is_not_set_is_told_by_name(settings: Settings, missing: str) -> None:
    variables = {name: value for name, value in PROCESS.items() if name != missing}

    with pytest.raises(ModelError, match=missing):
        open_target(settings, "prod", variables)


def test_only_what_deploys_needs_the_passphrase(settings: Settings) -> None:
    variables = {name: value for name, value in PROCESS.items() if "PASSPHRASE" not in name}

    assert open_target(settings, "prod", variables, deploys=False).passphrase is None
    with pytest.raises(PassphraseError):
        open_target(settings, "prod", variables)


def test_a_killed_workspace_is_told_apart_from_one_that_never_ran(settings: Settings) -> None:
    with pytest.raises(ModelError, match="lakestead workspace start"):
        open_target(settings, "local", {})
    folder = settings.default_workspace
    folder.mkdir(parents=True)
    (folder / "token").write_text("t")
    (folder / "server.json").write_text(json.dumps({"pid": os.getpid(), "host": "http://127.0.0.1:1", "port": 1}))

    with pytest.raises(NotReachable, match="does not answer"):
        open_target(settings, "local", {})


def test_a_lost_passphrase_is_not_replaced(settings: Settings) -> None:
    (settings.root / "Pulumi.local.yaml").write_text("encryptionsalt: v1:abc:v1:def:ghi\n")

    local = load_environment("local", settings.environments)

    with pytest.raises(PassphraseError, match="the passphrase of local is lost"):
        passphrase_for(settings, local, {})

    assert not (settings.home / "passphrases").exists()


def test_an_engine_that_is_missing_is_refused_although_the_file_asks_for_it(settings: Settings, tmp_path: Path) -> None:
    file = settings.environments / "prod.yaml"
    file.write_text(f"engine: pulumi\n{file.read_text()}")

    with pytest.raises(EngineUnavailable):
        open_target(settings, "prod", PROCESS | {"PATH": str(tmp_path)})
