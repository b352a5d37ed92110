"""A live workspace in a thread of the test process, on a free port of 127.0.0.1."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from infra.emulator.server import WorkspaceServer
from infra.emulator.workspace import Workspace


@dataclass(frozen=True)
class LiveWorkspace:
    """Where a served workspace answers, and its inside for tests that look there."""

    host: str
    token: str
    folder: Path
    inside: Workspace

    def client(self, token: str | None = None) -> WorkspaceClient:
        """The official SDK's client, as the admin or as whoever owns `token`."""
        return WorkspaceClient(host=self.host, token=token or self.token, auth_type="pat")


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[LiveWorkspace]:
    """Serve the folder for as long as the block runs."""
    server = WorkspaceServer(folder, port)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready.set,), name="workspace", daemon=True)
    thread.start()
    try:
        assert ready.wait(10), "the workspace did not start"
        inside = server.workspace
        yield LiveWorkspace(inside.host, (folder / "token").read_text().strip(), folder, inside)
    finally:
        server.stop()
        thread.join(10)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWorkspace]:
    """A fresh workspace, shared by the tests of one module."""
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        yield live


@pytest.fixture
def admin(workspace: LiveWorkspace) -> WorkspaceClient:
    """The SDK's client of the workspace's admin."""
    return workspace.client()
