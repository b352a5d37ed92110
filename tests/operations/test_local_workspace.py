"""The life of the workspace on this machine, with the real process."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.operations import local_workspace
from infra.operations.errors import WorkspaceError


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "workspace"
    yield path
    local_workspace.stop(path)


def test_a_workspace_starts_once_stops_and_comes_back_where_it_was(folder: Path) -> None:
    started = local_workspace.start(folder)
    again = local_workspace.start(folder)

    assert started.running
    assert started.host.startswith("http://127.0.0.1:")
    assert again.pid == started.pid
    assert local_workspace.start(folder, port=int(started.host.rpartition(":")[2])).pid == started.pid
    with pytest.raises(WorkspaceError, match=f"runs already, at {started.host}"):
        local_workspace.start(folder, port=9)
    assert (folder / "token").stat().st_mode & 0o777 == 0o600
    assert local_workspace.stop(folder)
    assert not local_workspace.stop(folder)

    stopped = local_workspace.status(folder)
    assert (stopped.running, stopped.host) == (False, started.host)
    assert local_workspace.start(folder).host == started.host


def test_a_killed_workspace_counts_as_stopped_and_starts_again(folder: Path) -> None:
    pid = local_workspace.start(folder).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

    assert not local_workspace.status(folder).running
    assert not local_workspace.stop(folder)
    assert local_workspace.start(folder).running


def test_a_running_workspace_is_reset_only_when_it_may_be_stopped(folder: Path) -> None:
    local_workspace.start(folder)

    with pytest.raises(WorkspaceError, match="is running"):
        local_workspace.reset(folder)
    assert local_workspace.reset(folder, stop_first=True)

    assert not folder.exists()
    assert not local_workspace.reset(folder)


def test_a_folder_that_is_no_workspace_is_not_removed(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(WorkspaceError, match="is not a workspace"):
        local_workspace.reset(folder)

    assert (folder / "thesis.txt").exists()


def test_a_process_that_does_not_answer_as_the_workspace_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    record = {"pid": os.getpid(), "host": "http://127.0.0.1:1", "port": 1, "started": ""}
    (folder / "server.json").write_text(json.dumps(record))

    with pytest.raises(WorkspaceError, match=f"process {os.getpid()} does not answer"):
        local_workspace.stop(folder)
    (folder / "server.json").unlink()


def test_why_it_does_not_start_is_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    taken = local_workspace.start(other)
    try:
        with pytest.raises(WorkspaceError, match="did not start") as failed:
            local_workspace.start(folder, port=int(taken.host.rsplit(":", 1)[1]))
    finally:
        local_workspace.stop(other)

    assert "in use" in failed.value.why


def test_the_shell_does_not_reach_into_the_workspace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "another-workspace")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    started = local_workspace.start(folder)
    variables = Path(f"/proc/{started.pid}/environ")
    if not variables.exists():
        pytest.skip("this system does not show a process's variables")

    assert b"DATABRICKS_TOKEN" not in variables.read_bytes()


def test_another_workspace_at_the_recorded_address_is_not_stopped(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A killed one leaves its record behind; by then its port may be somebody else's."""
    other = tmp_path_factory.mktemp("other")
    running = local_workspace.start(other)
    try:
        folder.mkdir()
        record = {"pid": os.getpid(), "host": running.host, "port": 0, "started": ""}
        (folder / "server.json").write_text(json.dumps(record))

        assert not local_workspace.status(folder).running
        with pytest.raises(WorkspaceError, match="left alone"):
            local_workspace.stop(folder)
        (folder / "server.json").unlink()
        assert local_workspace.status(other).running
    finally:
        local_workspace.stop(other)
