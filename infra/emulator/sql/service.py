"""The SQL side of a running workspace: the lake, open sessions, statements on their way, the log of what ran."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlglot import exp

from infra.emulator.errors import NotFound
from infra.emulator.sql import functions, reconcile, result
from infra.emulator.sql.execution import Execution
from infra.emulator.sql.history import StatementLog
from infra.emulator.sql.result import Result
from infra.emulator.sql.session import Session
from infra.emulator.warehouses.lake import Lake
from infra.emulator.workspace import Caller, Workspace

#: Seconds after which a session that nobody uses, and a result that nobody fetches, are let go.
IDLE_SECONDS = 3600.0
_THREADS = 32


class SqlService:
    """Opens the workspace's lake, hands it to the workspace, and mends what a killed process left. `close` at the end."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        workspace.lake = Lake(workspace.folder / "lake.duckdb", workspace.clock, set_up=functions.install)
        reconcile.reconcile(workspace)
        self._sessions: dict[str, Session] = {}
        self._executions: dict[str, Execution] = {}
        self._used: dict[str, float] = {}
        self._guard = threading.Lock()
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="sql")
        self._log = StatementLog(workspace.folder / "logs")
        threading.Thread(target=_warm_up, name="sql-warm-up", daemon=True).start()

    def close(self) -> None:
        """Cancel what runs, end all sessions, write the lake to its file."""
        for execution in list(self._executions.values()):
            execution.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for session in list(self._sessions.values()):
            session.close()
        self._log.close()
        self._workspace.lake.close()

    def open_session(
        self,
        caller: Caller,
        *,
        catalog: str | None = None,
        schema: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Session:
        """A session that stays until it is closed, or idle for long."""
        self._let_go()
        session = Session(self._workspace, caller, catalog=catalog, schema=schema, settings=settings)
        with self._guard:
            self._sessions[session.id] = session
            self._used[session.id] = time.monotonic()
        return session

    def session(self, caller: Caller, session_id: str) -> Session:
        """An open session of this caller. Raises NotFound for others' sessions too."""
        with self._guard:
            session = self._sessions.get(session_id)
            if session is None or session.caller.id != caller.id:
                raise NotFound(f"Session {session_id} does not exist, is closed, or belongs to another principal.")
            self._used[session_id] = time.monotonic()
        return session

    def close_session(self, session: Session) -> None:
        """End a session and its statements."""
        with self._guard:
            self._sessions.pop(session.id, None)
            self._used.pop(session.id, None)
            own = [each for each in self._executions.values() if each.session is session]
            for execution in own:
                del self._executions[execution.id]
        for execution in own:
            execution.close()
        session.close()

    def submit(
        self,
        session: Session,
        sql: str,
        parameters: Mapping[str, exp.Expr] | None = None,
        *,
        warehouse: str,
        keep_session: bool = True,
    ) -> Execution:
        """Start a statement. Without `keep_session` the session is closed when it has ended."""
        execution = Execution(session, sql, parameters, lambda ended: self._log.write(ended, warehouse))
        with self._guard:
            self._executions[execution.id] = execution

        def run() -> None:
            try:
                execution.run()
            finally:
                if not keep_session:
                    with self._guard:
                        self._sessions.pop(session.id, None)
                        self._used.pop(session.id, None)
                    session.close()

        self._threads.submit(run)
        return execution

    def answer(self, session: Session, text: str, make: Callable[[Session], Result]) -> Execution:
        """As `submit`, of a result that is made without a statement: what drivers ask by calls of their own."""
        execution = Execution(session, text)
        with self._guard:
            self._executions[execution.id] = execution
        execution.finish(make)
        return execution

    def execution(self, caller: Caller, execution_id: str) -> Execution:
        """A statement of this caller whose result was not let go. Raises NotFound."""
        with self._guard:
            execution = self._executions.get(execution_id)
        if execution is None or (execution.session.caller.id != caller.id and not caller.is_admin):
            raise NotFound(f"Statement {execution_id} does not exist, or its result is no longer kept.")
        return execution

    def kept(self, execution_id: str) -> Execution | None:
        """A statement by its id alone, for who shows a signed link to its result."""
        with self._guard:
            return self._executions.get(execution_id)

    def forget(self, execution: Execution) -> None:
        """Let a statement and its result go."""
        with self._guard:
            self._executions.pop(execution.id, None)
        execution.close()

    def _let_go(self) -> None:
        """Close what was left open and is idle."""
        now = time.monotonic()
        with self._guard:
            idle = [self._sessions[key] for key, used in self._used.items() if now - used > IDLE_SECONDS]
            stale = [each for each in self._executions.values() if each.done and now - each.touched > IDLE_SECONDS]
        for session in idle:
            self.close_session(session)
        for execution in stale:
            self.forget(execution)


def _warm_up() -> None:
    """Let Arrow import what it wants for its first table, so that the first statement does not wait for it."""
    result.rows(["a"], [("b",)])
