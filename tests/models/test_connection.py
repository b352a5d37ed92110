"""Where an environment's workspace is, and as whom it is entered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.models import Connection, ModelError, Unresolved, WorkspaceNotRunning, connect, load_environment
from tests.models.conftest import Write

LOCAL = "workspace: {emulator: .lakestead/workspace}\n"
REMOTE = """
workspace:
  host: https://dbc-1.example.com/
  auth: oauth-m2m
  client_id: 0a1b
  client_secret: "${secret:PROD}"
  max_rate: 12
"""


def start(root: Path, server: str) -> None:
    folder = root / ".lakestead" / "workspace"
    folder.mkdir(parents=True)
    (folder / "server.json").write_text(server)
    (folder / "token").write_text("dapi-here\n")


def test_a_workspace_on_this_machine_says_where_it_is(write: Write, tmp_path: Path) -> None:
    """Address and token are read from its folder, when they are needed."""
    start(tmp_path, json.dumps({"host": "http://127.0.0.1:4711", "pid": 1}))

    connection = connect(load_environment("local", write(local=LOCAL)), tmp_path, {})

    assert Connection(host="http://127.0.0.1:4711", max_rate=None, token="dapi-here") == connection


@pytest.mark.parametrize("server", [None, "{}", "not JSON", "[]"])
def test_a_workspace_that_is_not_started_is_told(write: Write, tmp_path: Path, server: str | None) -> None:
    """The message is the command that mends it."""
    if server is not None:
        start(tmp_path, server)

    with pytest.raises(WorkspaceNotRunning, match="lakestead workspace start"):
        connect(load_environment("local", write(local=LOCAL)), tmp_path, {})


def test_a_remote_workspace_takes_its_secrets_from_variables_of_ours(write: Write, tmp_path: Path) -> None:
    """`${secret:PROD}` is LAKESTEAD_SECRET_PROD, and nothing else of the shell counts."""
    shell = {"LAKESTEAD_SECRET_PROD": "dose-1", "DATABRICKS_HOST": "https://elsewhere", "DATABRICKS_TOKEN": "dapi"}

    connection = connect(load_environment("prod", write(prod=REMOTE)), tmp_path, shell)

    assert Connection("https://dbc-1.example.com", 12, None, "0a1b", "dose-1") == connection


def test_a_secret_that_is_not_set_is_named(write: Write, tmp_path: Path) -> None:
    """With the variable that holds it, and the line that asks for it."""
    with pytest.raises(Unresolved) as caught:
        connect(load_environment("prod", write(prod=REMOTE)), tmp_path, {})

    expected = "the variable LAKESTEAD_SECRET_PROD is not set; it holds ${secret:PROD}"
    assert f"environments/prod.yaml:6: workspace.client_secret: {expected}" == str(caught.value)


def test_no_credential_shows_in_a_connection(write: Write, tmp_path: Path) -> None:
    """Whoever prints or logs it prints no secret."""
    connection = connect(load_environment("prod", write(prod=REMOTE)), tmp_path, {"LAKESTEAD_SECRET_PROD": "dose-1"})

    assert "dose-1" not in repr(connection)


def test_an_unresolved_environment_is_not_connected(write: Write, tmp_path: Path) -> None:
    """A host that is still a reference would be asked for by that name."""
    text = REMOTE.replace("https://dbc-1.example.com/", '"${env:LAKESTEAD_HOST}"')

    with pytest.raises(ModelError, match="resolve it before connecting"):
        connect(load_environment("prod", write(prod=text)), tmp_path, {"LAKESTEAD_SECRET_PROD": "dose-1"})
