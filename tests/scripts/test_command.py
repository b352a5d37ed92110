"""The command line: exit codes, what is refused, what is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.scripts.conftest import Command


def test_help_shows_how_to_begin(lakestead: Command) -> None:
    done = lakestead("--help")

    assert done.returncode == 0
    assert "lakestead workspace start" in done.stdout
    assert done.stderr == ""


def test_the_version_is_told(lakestead: Command) -> None:
    assert lakestead("--version").stdout.startswith("lakestead 0.")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nope",), "No such command"),
        (("preview",), "Missing argument"),
        (("up", "local"), "no terminal to ask on"),
        (("up", "local", "--json"), "--json asks nothing"),
        (("up", "local", "--skip-preview"), "--skip-preview asks nothing"),
        (("destroy", "local"), "no terminal to ask on"),
        (("run", "local", "job", "--follow", "1", "--cancel", "2"), "exclude one another"),
        (("workspace", "reset"), "add --yes"),
    ],
)
def test_a_wrong_command_line_ends_with_2(lakestead: Command, arguments: tuple[str, ...], told: str) -> None:
    done = lakestead(*arguments)

    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())


def test_without_a_pulumi_cli_its_engine_is_refused(lakestead: Command) -> None:
    """Said before the workspace is looked for, with how to get one; nothing falls back in silence."""
    done = lakestead("preview", "local", "--engine", "pulumi")

    assert done.returncode == 1
    assert done.stderr.startswith("error: the Pulumi CLI is not there\n")
    assert "version 3.259.0 or newer" in done.stderr


def test_validate_needs_no_variable(lakestead: Command, project: Path) -> None:
    remote = 'workspace: {host: "${env:SHOP_HOST}", auth: token, token: "${secret:SHOP_TOKEN}"}\n'
    (project / "environments" / "prod.yaml").write_text(remote)

    done = lakestead("validate")

    assert (done.returncode, done.stdout, done.stderr) == (0, "local: valid\nprod: valid\n", "")


def test_a_wrong_key_is_told_with_its_line(lakestead: Command, project: Path) -> None:
    file = project / "environments" / "local.yaml"
    file.write_text(file.read_text().replace("size:", "siez:"))

    done = lakestead("validate", "local")

    assert done.returncode == 1
    assert "local.yaml:4: warehouses.etl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_file_stops_an_update_before_anything_is_touched(lakestead: Command, project: Path) -> None:
    file = project / "environments" / "local.yaml"
    file.write_text(file.read_text().replace("2X-Small", "Gigantic"))

    done = lakestead("up", "local", "--yes")

    assert done.returncode == 1
    assert "'Gigantic' is not a size" in done.stderr
    assert not (project / ".lakestead").exists()


def test_findings_are_told_to_machines(lakestead: Command, project: Path) -> None:
    file = project / "environments" / "local.yaml"
    file.write_text(file.read_text().replace("size:", "siez:"))

    done = lakestead("validate", "--json")

    assert done.returncode == 1
    [answer] = json.loads(done.stdout)
    assert (answer["environment"], answer["valid"]) == ("local", False)
    assert {finding["line"] for finding in answer["findings"]} == {4}


def test_a_stopped_workspace_is_told_before_anything_is_touched(lakestead: Command, project: Path) -> None:
    done = lakestead("preview", "local")

    assert done.returncode == 1
    assert "lakestead workspace start" in done.stderr
    assert not (project / ".lakestead").exists()


def test_an_unknown_environment_is_told(lakestead: Command) -> None:
    done = lakestead("preview", "moon")

    assert done.returncode == 1
    assert "moon" in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_of_a_project_the_way_in_is_told(lakestead: Command, project: Path) -> None:
    (project / "Pulumi.yaml").unlink()

    done = lakestead("history", "local")

    assert done.returncode == 1
    assert "--project DIR" in done.stderr


def test_another_folder_of_environments_is_taken_before_or_after_the_command(lakestead: Command, project: Path) -> None:
    (project / "environments").rename(project / "mine")

    assert lakestead("validate", "--environments", "mine").stdout == "local: valid\n"
    assert lakestead("--environments", "mine", "validate").stdout == "local: valid\n"
    assert lakestead("validate", LAKESTEAD_ENVIRONMENTS="mine").stdout == "local: valid\n"
    assert lakestead("validate").returncode == 1


def test_history_and_outputs_of_what_never_was(lakestead: Command) -> None:
    assert lakestead("history", "local").stdout == "local has no history yet.\n"
    assert lakestead("history", "local", "--json").stdout == "[]\n"
    assert lakestead("outputs", "local").stderr.startswith("error: local is not deployed yet\n")


def test_status_of_a_stopped_workspace_ends_with_3(lakestead: Command) -> None:
    done = lakestead("workspace", "status", "--json")

    assert done.returncode == 3
    assert json.loads(done.stdout)["running"] is False


def test_the_life_of_a_workspace(lakestead: Command, project: Path) -> None:
    started = lakestead("workspace", "start")
    try:
        assert started.returncode == 0, started.stderr
        assert started.stdout.startswith("running at http://127.0.0.1:")
        assert lakestead("workspace", "start").stdout == started.stdout
        assert lakestead("workspace", "status").returncode == 0
    finally:
        stopped = lakestead("workspace", "stop")

    folder = project / ".lakestead" / "workspace"
    assert (stopped.returncode, stopped.stdout) == (0, f"stopped: {folder}\n")
    assert lakestead("workspace", "reset", "--yes").stdout == f"removed: {folder}\n"


def test_help_and_validate_load_no_heavy_package(lakestead: Command) -> None:
    for arguments in (("--help",), ("validate",)):
        loaded = lakestead(*arguments, PYTHONPROFILEIMPORTTIME="1").stderr

        assert "scripts.lakestead" in loaded or "typer" in loaded
        assert not [name for name in ("pulumi", "databricks.sdk", "dbt", "grpc", "duckdb") if f"| {name}\n" in loaded]
