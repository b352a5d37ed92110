"""`lakestead state|stack|config`: the engine's own commands on an environment's stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.operations.engine_command import importing
from infra.operations.settings import locate
from tests.scripts.conftest import Command


@pytest.fixture(autouse=True)
def program(project: Path) -> None:
    (project / "stacks").mkdir()
    (project / "stacks" / "__main__.py").touch()


def test_a_stack_and_its_configuration_are_kept_by_the_environment(lakestead: Command, project: Path) -> None:
    """Made, tagged, exported, removed, with the passphrase and the place that an update would take."""
    assert lakestead("stack", "init", "local").stdout == "Created stack 'local'\n"
    lakestead("stack", "tag", "local", "set", "team", "data")
    lakestead("config", "set", "local", "demo:word", "hush", "--secret")

    assert lakestead("stack", "tag", "local", "ls").stdout == "NAME  VALUE\nteam  data\n"
    assert lakestead("config", "ls", "local").stdout == "KEY        VALUE\ndemo:word  [secret]\n"
    assert lakestead("config", "get", "local", "demo:word").stdout == "hush\n"
    assert json.loads(lakestead("stack", "export", "local").stdout)["version"] == 3
    assert (project / ".lakestead" / "state" / ".pulumi" / "stacks" / "shop" / "local.json").exists()
    assert lakestead("stack", "rm", "local", "--yes").returncode == 0


def test_what_the_engine_refuses_is_an_error_here_too(lakestead: Command) -> None:
    """Its words, its exit code; and an environment that is not there is told first."""
    lakestead("stack", "init", "local")
    unknown, nobody = lakestead("state", "delete", "local", "urn:x", "--yes"), lakestead("state", "delete", "moon", "urn:x")

    assert (unknown.returncode, "no such resource in the state" in unknown.stderr) == (1, True)
    assert (nobody.returncode, "moon" in nobody.stderr) == (1, True)
    assert lakestead("state", "protect", "local", "--nonsense").returncode == 2


def test_one_import_takes_the_environments_own_provider(project: Path) -> None:
    """Unless another one, or a file, is named."""
    settings = locate(project)
    provider = "workspace=urn:pulumi:local::shop::pulumi:providers:databricks::workspace"

    assert importing(settings, "local", ["a:b:C", "n", "i"]) == ["import", "a:b:C", "n", "i", "--provider", provider]
    assert importing(settings, "local", ["--file=x.json"]) == ["import", "--file=x.json"]
