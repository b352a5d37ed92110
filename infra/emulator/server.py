"""Opening a workspace's folder and serving it on 127.0.0.1.

The folder:

    metadata.sqlite   the store
    token             the admin's personal access token, mode 0600
    server.json       pid, host, port, started: of the running server, or of the last one
    port              the address of this workspace, chosen once
    lock              held while a server runs
    logs/             access.jsonl

One process owns a folder. A killed one leaves `server.json` behind; the lock, which the system releases, is the truth.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.emulator import auth
from infra.emulator.app import Application, create_app
from infra.emulator.clock import Clock
from infra.emulator.files import objects
from infra.emulator.identity import directory
from infra.emulator.jobs.run_tasks import RunService
from infra.emulator.sql.service import SqlService
from infra.emulator.store import Store
from infra.emulator.unity import metastores, system_schemas
from infra.emulator.workspace import Workspace

ADDRESS = "127.0.0.1"
ADMIN_NAME = "admin@lakestead.local"
_FIRST_WORKSPACE_ID = 10**15


class FolderInUse(Exception):
    """Another process serves this folder."""


def open_workspace(folder: Path) -> Workspace:
    """Open the workspace in this folder; a fresh one if there is none. The caller owns the folder's lock, or is alone."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder / "metadata.sqlite")
    clock = Clock()
    with store.transaction():
        identity = store.get("workspace", "self")
        fresh = identity is None
        identity = identity or {
            "id": _FIRST_WORKSPACE_ID + int.from_bytes(os.urandom(6)) % (8 * _FIRST_WORKSPACE_ID),
            "metastore_id": str(uuid.uuid4()),
            "created_at": clock.millis(),
        }
        workspace = Workspace(folder, store, clock, id=identity["id"], metastore_id=identity["metastore_id"])
        if fresh:
            admin = directory.seed(workspace, ADMIN_NAME)
            store.put("workspace", "self", identity | {"admin": admin["id"]})
            metastores.seed(workspace, ADMIN_NAME)
            objects.seed(workspace, ADMIN_NAME)
        system_schemas.seed(workspace)
        _write_token(workspace)
    return workspace


def _write_token(workspace: Workspace) -> None:
    """Make the admin's token unless the file has a valid one: a folder whose token was lost can be entered again."""
    path = workspace.folder / "token"
    if path.exists() and workspace.store.get("token", auth.digest(path.read_text().strip())):
        return
    identity = workspace.store.get("workspace", "self") or {}
    token, _ = auth.issue_token(workspace, identity["admin"], comment="made by the emulator for its folder")
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")


def bind(folder: Path, port: int) -> socket.socket:
    """A listening socket. Port 0 takes the folder's earlier port, or a free one that becomes the folder's.

    Raises OSError if the port is taken by another process.
    """
    remembered = folder / "port"
    if port == 0 and remembered.exists():
        port = int(remembered.read_text())
    # asyncio turns off Nagle's algorithm only where the protocol is given; with it, an answer takes 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ADDRESS, port))
    except OSError:
        listening.close()
        raise
    remembered.write_text(f"{listening.getsockname()[1]}\n")
    return listening


def lock(folder: Path) -> IO[str]:
    """Own the folder until the file is closed or the process ends. Raises FolderInUse."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise FolderInUse(f"another server runs on {folder}; its address is in {folder / 'server.json'}") from error
    return file


class _Protocol(H11Protocol):
    """uvicorn's protocol, which shows the application its transport: a fault can cut the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()


class WorkspaceServer:
    """A workspace being served. `run` blocks; `stop`, from any thread, ends it; then the folder is free again."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._lock = lock(folder)
        try:
            self._socket = bind(folder, port)
        except OSError:
            self._lock.close()
            raise
        self.workspace = open_workspace(folder)
        self.workspace.host = f"http://{ADDRESS}:{self._socket.getsockname()[1]}"
        self.workspace.sql = SqlService(self.workspace)
        self.workspace.runs = RunService(self.workspace)
        self.app: Application = create_app(self.workspace)
        config = uvicorn.Config(
            self.app, http=_Protocol, lifespan="off", log_level="critical", access_log=False, ws="none",
            timeout_keep_alive=75, timeout_graceful_shutdown=2, server_header=False, date_header=False,
        )  # fmt: skip
        self._server = _Server(config)

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop` or, in the main thread, SIGTERM or SIGINT. Calls `ready` once requests are answered.

        uvicorn raises the signal again when it has shut down, so the caller decides what that does to the process.
        """
        self._write_server_json()
        self._server.ready = ready
        with ExitStack() as closing:  # last in, first out: each of them goes, whatever happens to another
            closing.callback(self._lock.close)
            closing.callback((self.workspace.folder / "server.json").unlink, missing_ok=True)
            closing.callback(self._socket.close)
            closing.callback(self.workspace.store.close)
            closing.callback(self.app.close)
            closing.callback(self.workspace.sql.close)  # ends the statements that the application's threads wait for
            closing.callback(self.workspace.runs.close)
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Ask `run` to return."""
        self._server.should_exit = True

    def _write_server_json(self) -> None:
        port = self._socket.getsockname()[1]
        body: dict[str, Any] = {"pid": os.getpid(), "host": self.workspace.host, "port": port}
        body["started"] = self.workspace.clock.datetime().isoformat(timespec="seconds")
        path = self.workspace.folder / "server.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(body, indent=2) + "\n")
        fresh.replace(path)
