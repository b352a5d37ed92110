"""How dbt is run: its profile, its variables, its process."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.models import Connection, load_environment
from infra.operations import dbt_command
from infra.operations.dbt_command import run_dbt, warehouse_id, with_vars
from infra.operations.dbt_profile import profile
from infra.operations.errors import NotDeployed, OperationError
from infra.operations.settings import Settings
from infra.operations.target import Target

OUTPUTS = {"warehouses": {"etl": "111", "bi": "222"}}


@pytest.fixture
def target(settings: Settings) -> Target:
    environment = load_environment("local", settings.environments)
    return Target(settings, environment, Connection("http://127.0.0.1:8080", 30, token="the-token"))


def test_a_profile_for_this_machine_names_the_whole_address(target: Target) -> None:
    content = profile(target.environment, target.connection, "222", "shop_profile")

    assert content["shop_profile"] == {
        "target": "local",
        "outputs": {
            "local": {
                "type": "databricks",
                "catalog": "shop_local",
                "schema": "bronze",
                "threads": 3,
                "host": "http://127.0.0.1:8080",
                "http_path": "/sql/1.0/warehouses/222",
                "connection_parameters": {
                    "_connection_uri": "http://127.0.0.1:8080/sql/1.0/warehouses/222",
                    "_retry_stop_after_attempts_count": 2,
                },
                "token": "{{ env_var('DBT_ENV_SECRET_LAKESTEAD_TOKEN') }}",
            }
        },
    }


def test_a_profile_for_a_service_principal_signs_in_by_oauth(target: Target) -> None:
    connection = Connection("https://shop.example.test", 30, client_id="app", client_secret="dose-secret")
    output = profile(target.environment, connection, "222", "p")["p"]["outputs"]["local"]

    assert output["host"] == "shop.example.test"
    assert (output["auth_type"], output["client_id"]) == ("oauth", "app")
    assert output["client_secret"] == "{{ env_var('DBT_ENV_SECRET_LAKESTEAD_CLIENT_SECRET') }}"
    assert "connection_parameters" not in output
    assert "dose-secret" not in json.dumps(output)


def test_the_warehouse_is_that_of_the_jobs_unless_one_is_named(target: Target) -> None:
    assert warehouse_id(target, OUTPUTS, None) == "222"
    assert warehouse_id(target, OUTPUTS, "etl") == "111"
    with pytest.raises(NotDeployed, match="no warehouse `gpu`"):
        warehouse_id(target, OUTPUTS, "gpu")


def test_variables_on_the_command_line_win() -> None:
    ours = {"environment": "local", "currency": "EUR"}
    merged = with_vars(["run", "--vars", "{currency: USD}", "--select", "gold"], ours)

    assert merged[:-1] == ["run", "--select", "gold", "--vars"]
    assert json.loads(merged[-1]) == {"environment": "local", "currency": "USD"}
    assert with_vars(["run", "--vars={currency: USD}"], ours) == ["run", "--vars", merged[-1]]


def test_what_takes_no_variables_is_left_as_it_is() -> None:
    assert with_vars(["--version"], {"a": 1}) == ["--version"]
    assert with_vars(["run", "--help"], {"a": 1}) == ["run", "--help"]


def test_variables_that_are_no_map_are_refused() -> None:
    with pytest.raises(OperationError, match="Give a map"):
        with_vars(["run", "--vars", "oops"], {})


def test_credentials_reach_dbt_as_variables_and_nothing_ambient_does(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def wait(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
        profiles = Path(environment["DBT_PROFILES_DIR"])
        seen.update(
            command=command,
            folder=folder,
            environment=dict(environment),
            mode=profiles.stat().st_mode & 0o777,
            profile=yaml.safe_load((profiles / "profiles.yml").read_text()),
            profiles=profiles,
        )
        return 7

    monkeypatch.setattr(dbt_command, "_wait", wait)
    process = {"PATH": "/bin", "DATABRICKS_TOKEN": "elsewhere", "DBT_PROFILES_DIR": "/elsewhere", "DBT_TARGET": "prod"}

    assert run_dbt(target, OUTPUTS, ["debug"], process) == 7

    environment = seen["environment"]
    assert environment["DBT_ENV_SECRET_LAKESTEAD_TOKEN"] == "the-token"
    assert environment["PATH"] == "/bin"
    assert not {"DATABRICKS_TOKEN", "DBT_TARGET"} & environment.keys()
    assert "the-token" not in " ".join(seen["command"]) + json.dumps(seen["profile"])
    assert list(seen["profile"]) == ["shop_profile"]
    assert seen["folder"] == target.settings.root / "dbt"
    assert seen["mode"] == 0o700
    assert not seen["profiles"].exists()
    assert seen["command"][-3:-1] == ["debug", "--vars"]


def test_a_dbt_that_is_killed_ends_as_a_shell_says_it(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "kill -TERM $$"]

    assert dbt_command._wait(command, tmp_path, dict(os.environ)) == 128 + 15
