"""Starting, stopping, killing and finding again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from databricks.sdk import WorkspaceClient

from tests.emulator.conftest import LiveWorkspace, serve


@contextmanager
def _process(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The emulator as a process, ready; and the line it printed."""
    command = [sys.executable, "-m", "infra.emulator", "--dir", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def _client(folder: Path) -> WorkspaceClient:
    host = json.loads((folder / "server.json").read_text())["host"]
    return WorkspaceClient(host=host, token=(folder / "token").read_text().strip(), auth_type="pat")


def test_a_killed_server_comes_back_with_address_token_and_objects(tmp_path: Path) -> None:
    """After SIGKILL the next start answers at the same address, to the same token, with the same objects."""
    with _process(tmp_path) as (process, line):
        before = _client(tmp_path)
        before.catalogs.create("shop", comment="kept")
        before.schemas.create("bronze", "shop")
        before.groups.create(display_name="analysts")
        before.secrets.create_scope("dbt")
        before.secrets.put_secret("dbt", "token", string_value="s3cr3t")
        before.workspace.upload("/Shared/a.sql", b"select 1", format=None, language=None)
        process.send_signal(signal.SIGKILL)
        process.wait()
        token = (tmp_path / "token").read_text()
    with _process(tmp_path) as (_, again):
        after = _client(tmp_path)
        assert again == line
        assert (tmp_path / "token").read_text() == token
        assert after.catalogs.get("shop").comment == "kept"
        assert [schema.name for schema in after.schemas.list("shop")] == ["bronze", "default", "information_schema"]
        assert [group.display_name for group in after.groups.list()] == ["admins", "users", "analysts"]
        assert after.dbutils.secrets.get("dbt", "token") == "s3cr3t"
        assert after.workspace.download("/Shared/a.sql").read() == b"-- Databricks notebook source\nselect 1"


def test_every_answered_create_survives_a_kill(tmp_path: Path) -> None:
    """Killed while creates arrive: what was answered is there, and at most one object besides."""
    answered: list[str] = []
    with _process(tmp_path) as (process, _):
        before = _client(tmp_path)
        before.catalogs.create("storm")
        killer = threading.Timer(0.3, process.kill)
        headers = {"authorization": f"Bearer {(tmp_path / 'token').read_text().strip()}"}
        with httpx.Client(base_url=before.config.host, headers=headers) as client, suppress(httpx.TransportError):
            killer.start()
            while True:
                body = {"name": f"s{len(answered)}", "catalog_name": "storm"}
                client.post("/api/2.1/unity-catalog/schemas", json=body).raise_for_status()
                answered.append(body["name"])
        killer.join()
    with serve(tmp_path) as live:
        found = {str(each.name) for each in live.client().schemas.list("storm")} - {"default", "information_schema"}
    assert set(answered) <= found
    assert len(found) - len(answered) <= 1
    assert answered


def test_sigterm_ends_the_server_with_code_0_and_removes_server_json(tmp_path: Path) -> None:
    """A stopped server leaves no trace of itself but the workspace."""
    with _process(tmp_path) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not (tmp_path / "server.json").exists()


def test_a_second_server_on_the_same_folder_is_refused(workspace: LiveWorkspace) -> None:
    """The lock decides, and the message says where the first one's address is."""
    command = [sys.executable, "-m", "infra.emulator", "--dir", str(workspace.folder)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr == (
        f"error: another server runs on {workspace.folder}; its address is in {workspace.folder / 'server.json'}\n"
    )


def test_a_taken_port_is_refused_by_name(workspace: LiveWorkspace, tmp_path: Path) -> None:
    """Two workspaces cannot share an address."""
    port = workspace.host.rpartition(":")[2]
    command = [sys.executable, "-m", "infra.emulator", "--dir", str(tmp_path), "--port", port]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (second.returncode, "Choose another address with --port." in second.stderr) == (1, True)


def test_a_folder_whose_token_file_was_lost_gets_a_new_token(tmp_path: Path) -> None:
    """Whoever owns the folder can always get in."""
    with serve(tmp_path) as live:
        first = live.token
    (tmp_path / "token").unlink()
    with serve(tmp_path) as live:
        assert live.token != first
        assert live.client().current_user.me().user_name == "admin@lakestead.local"


def test_the_token_file_is_for_its_owner_alone(workspace: LiveWorkspace) -> None:
    """Mode 0600."""
    assert (workspace.folder / "token").stat().st_mode & 0o777 == 0o600


def test_server_json_names_pid_host_and_port(workspace: LiveWorkspace) -> None:
    """What `lakestead workspace` reads."""
    body = json.loads((workspace.folder / "server.json").read_text())
    assert set(body) == {"pid", "host", "port", "started"}
    assert body["host"] == workspace.host


def test_status_needs_no_token_and_counts_objects(workspace: LiveWorkspace) -> None:
    """A probe without credentials."""
    body = httpx.get(f"{workspace.host}/api/lakestead/status").json()
    assert body["workspace_id"] == workspace.inside.id
    assert {name: body["counts"][name] for name in ("users", "groups", "catalogs")} == {"users": 1, "groups": 2, "catalogs": 0}


def test_an_unknown_path_is_endpoint_not_found_and_counted(workspace: LiveWorkspace) -> None:
    """Databricks' own 404, and a trace of what was asked for."""
    headers = {"authorization": f"Bearer {workspace.token}"}
    answer = httpx.get(f"{workspace.host}/api/2.0/no/such?x=1", headers=headers)
    assert answer.status_code == 404
    assert answer.json() == {"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found for 'GET /api/2.0/no/such'"}
    assert workspace.inside.traffic.unknown["GET /api/2.0/no/such"] == 1


def test_malformed_json_is_named(workspace: LiveWorkspace) -> None:
    """A body that is no JSON object is MALFORMED_REQUEST, not an internal error."""
    headers = {"authorization": f"Bearer {workspace.token}"}
    for content in (b"{", b"[1]"):
        answer = httpx.post(f"{workspace.host}/api/2.1/unity-catalog/catalogs", headers=headers, content=content)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_the_access_log_has_a_line_a_request_and_no_secrets(tmp_path: Path) -> None:
    """Method, path, status, caller, time; neither query, token nor body."""
    with serve(tmp_path) as live:
        live.client().secrets.create_scope("dbt")
        live.client().secrets.put_secret("dbt", "token", string_value="hunter2")
        token = live.token
    text = (tmp_path / "logs" / "access.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [
        ("POST", "/api/2.0/secrets/scopes/create", 200),
        ("POST", "/api/2.0/secrets/put", 200),
    ]
    assert {line["caller"] for line in lines} == {"admin@lakestead.local"}
    assert "hunter2" not in text
    assert token not in text
