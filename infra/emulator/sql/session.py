"""A session on a SQL warehouse: its caller, its catalog and schema, its settings and temporary views, one DuckDB cursor.

Statements of one session run one after the other. Those of different sessions run side by side, as far as they do not write
to the same table.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import duckdb
import pyarrow as pa
from sqlglot import exp

from infra.emulator.errors import WorkspaceError
from infra.emulator.sql import dispatch, names
from infra.emulator.sql.errors import Canceled, SqlError, from_duckdb, from_workspace
from infra.emulator.sql.query.frame import Frame, TemporaryView
from infra.emulator.sql.result import Result
from infra.emulator.sql.statements.settings import check
from infra.emulator.sql.tokens import Tokens
from infra.emulator.workspace import Caller, Workspace

DEFAULT_CATALOG = "main"
DEFAULT_SCHEMA = "default"


class Session:
    """One session. `execute` may be called from any thread, `interrupt` while it runs."""

    def __init__(
        self,
        workspace: Workspace,
        caller: Caller,
        *,
        catalog: str | None = None,
        schema: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.id = workspace.new_uuid()
        self.workspace = workspace
        self.caller = caller
        self.catalog = (catalog or DEFAULT_CATALOG).lower()
        self.schema = (schema or DEFAULT_SCHEMA).lower()
        self.settings: dict[str, str] = dict(settings or {})
        for key, value in self.settings.items():
            check(key, value)
        self.temporary_views: dict[str, TemporaryView] = {}
        self.made_views: set[str] = set()
        self.parameters: Mapping[str, exp.Expr] = {}
        self.cursor = workspace.lake.cursor()
        self._registered: list[str] = []
        self._lock = threading.Lock()
        self._running: threading.Event | None = None
        self._closed = False

    @property
    def frame(self) -> Frame:
        """How the session's own queries see names."""
        return Frame(self.catalog, self.schema, self.caller)

    def full_name(self, parts: tuple[str, ...]) -> names.FullName:
        """The full name of a relation as written in this session."""
        return names.complete(parts, self.catalog, self.schema)

    def execute(
        self, sql: str, parameters: Mapping[str, exp.Expr] | None = None, canceled: threading.Event | None = None
    ) -> Result:
        """Run one statement. Raises SqlError, whatever went wrong in it; Canceled if `canceled` is set before it ends."""
        canceled = canceled or threading.Event()
        with self._lock, self.workspace.lake.statement():
            if self._closed:
                raise SqlError("INVALID_HANDLE.SESSION_CLOSED", "The session is closed.", "HY000")
            self.parameters = parameters or {}
            self._running = canceled
            try:
                if canceled.is_set():
                    raise Canceled
                return dispatch.run(self, Tokens(sql, parameters=dict(self.parameters)))
            except duckdb.Error as error:
                self.made_views.clear()  # a transaction that was rolled back took those that were made in it
                raise Canceled() if canceled.is_set() else from_duckdb(error) from error
            except WorkspaceError as error:
                raise from_workspace(error) from error
            finally:
                self._running = None
                self._unregister()

    def register(self, table: pa.Table) -> str:
        """Make an Arrow table readable for the statement that runs; the name by which DuckDB knows it."""
        name = f"_registered_{len(self._registered)}"
        self.cursor.register(name, table)
        self._registered.append(name)
        return name

    @property
    def registered(self) -> int:
        """How many tables the running statement has registered so far."""
        return len(self._registered)

    def _unregister(self) -> None:
        while self._registered:
            self.cursor.unregister(self._registered.pop())

    def interrupt(self, canceled: threading.Event) -> None:
        """Interrupt the statement that was given this event, if it runs. DuckDB forgets what comes before it has begun."""
        if self._running is canceled and not self._closed:
            self.cursor.interrupt()

    def close(self) -> None:
        """End the session, after the statement that runs: who closes a session cancels that first."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self.cursor.close()
