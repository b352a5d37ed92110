"""Secret scopes, and where the values of secrets come from."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from infra.components.secret_values import secret_values
from infra.models import Environment, ModelError, Unresolved, load_environment
from tests.stacks.program import Registered

ENVIRONMENTS = Path(__file__).with_name("environments")
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def made_up(folder: Path) -> Environment:
    (folder / "here.yaml").write_text(
        "workspace: {emulator: .lakestead/workspace}\n"
        'secrets: {source: none, scopes: {a: {keys: {x: "${secret:X}", again: "${secret:X}", y: "${secret:Y}"}}}}\n'
    )
    return load_environment("here", folder)


def test_a_scope_holds_its_keys_as_secrets(rich: Registered) -> None:
    """Each value is secret on the wire, under the scope's name."""
    assert rich.inputs("databricks:index/secretScope:SecretScope", "delivery") == {"name": "delivery-rich"}
    assert rich.inputs("databricks:index/secretScope:SecretScope", "empty") == {"name": "nothing-in-it"}
    assert rich.inputs("Secret", "delivery/password") == {
        "scope": "delivery-rich",
        "key": "password",
        "stringValue": {**SECRET, "value": "passw0rd"},
    }


def test_acls_name_principals_as_the_platform_does(rich: Registered) -> None:
    """One resource for each principal."""
    acls = {name: one["inputs"] for name, one in rich.of("SecretAcl").items()}

    assert acls == {
        "delivery/runner": {"scope": "delivery-rich", "principal": "app-runner", "permission": "READ"},
        "delivery/everyone": {"scope": "delivery-rich", "principal": "All of us", "permission": "WRITE"},
    }


def test_values_come_from_variables_of_ours(tmp_path: Path) -> None:
    """`${secret:TOKEN}` is LAKESTEAD_SECRET_TOKEN; what is missing is named, all at once."""
    rich = load_environment("rich", ENVIRONMENTS)

    values = secret_values(rich, tmp_path, {"LAKESTEAD_SECRET_TOKEN": "t", "LAKESTEAD_SECRET_PASSWORD": "p"})
    with pytest.raises(Unresolved) as caught:
        secret_values(rich, tmp_path, {"TOKEN": "t"})

    assert values == {"${secret:TOKEN}": "t", "${secret:PASSWORD}": "p"}
    assert [finding.key for finding in caught.value.findings] == [
        "secrets.scopes.delivery.keys.password",
        "secrets.scopes.delivery.keys.token",
    ]


def test_made_up_values_are_made_once(tmp_path: Path) -> None:
    """The same name has the same value in every run; a new name gets a new one beside it."""
    environment = made_up(tmp_path)

    first = secret_values(environment, tmp_path, {})
    path = tmp_path / ".lakestead" / "secrets" / "here.json"
    path.write_text(json.dumps({"X": "kept"}))
    second = secret_values(environment, tmp_path, {})

    assert {"${secret:X}", "${secret:Y}"} == set(first)
    assert first["${secret:X}"] != first["${secret:Y}"]
    assert second["${secret:X}"] == "kept"
    assert second["${secret:Y}"] not in {"kept", first["${secret:Y}"]}
    assert second == secret_values(environment, tmp_path, {})


def test_the_file_of_made_up_values_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600, in a folder of mode 0700, and nothing half-written beside it."""
    secret_values(made_up(tmp_path), tmp_path, {})
    folder = tmp_path / ".lakestead" / "secrets"

    assert [(one.name, stat.S_IMODE(one.stat().st_mode)) for one in folder.iterdir()] == [("here.json", 0o600)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["{", '["X"]', '{"X": 1}'])
def test_a_damaged_file_of_values_is_told(tmp_path: Path, text: str) -> None:
    """Nothing is overwritten: its owner decides."""
    environment = made_up(tmp_path)
    path = tmp_path / ".lakestead" / "secrets" / "here.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)

    with pytest.raises(ModelError, match=r"here\.json is not .*; mend it, or remove it"):
        secret_values(environment, tmp_path, {})
    assert path.read_text() == text
