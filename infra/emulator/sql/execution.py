"""A statement on its way: asked for, running, ended; what both protocols poll, fetch from and cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from sqlglot import exp

from infra.emulator.sql.errors import Canceled, SqlError
from infra.emulator.sql.result import Result

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_PRESS_SECONDS = 0.02
State = Literal["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "CLOSED"]


class Execution:
    """One statement of one session. `run` is called once, by a thread of the service; the rest from any thread."""

    def __init__(
        self,
        session: Session,
        sql: str,
        parameters: Mapping[str, exp.Expr] | None = None,
        log: Callable[[Execution], None] | None = None,
    ) -> None:
        """`log` is called when it has ended, before anybody who waits hears of it."""
        self.id = session.workspace.new_uuid()
        self.session = session
        self.sql = sql
        self.parameters = parameters or {}
        self.state: State = "PENDING"
        self.result: Result | None = None
        self.error: SqlError | None = None
        self.started = session.workspace.clock.millis()
        self.milliseconds = 0.0
        self._begun = 0.0
        self.touched = time.monotonic()
        #: What a protocol notes on it: how the client wants the rows, how many, and which of them it has.
        self.format: Any = None
        self.row_limit: int | None = None
        self.fetched: Any = None
        self._log = log
        self._done = threading.Event()
        self._canceled = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()

    @property
    def done(self) -> bool:
        """Whether it ended, one way or another."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it ended."""
        self.touched = time.monotonic()
        return self._done.wait(seconds)

    def run(self) -> None:
        """Execute the statement; never raises."""
        self.finish(lambda session: session.execute(self.sql, self.parameters, self._canceled))

    def finish(self, make: Callable[[Session], Result]) -> None:
        """Run what gives the result; its error becomes the statement's."""
        with self._lock:
            if self.state != "PENDING":
                return
            self.state = "RUNNING"
        self._begun = time.perf_counter()
        try:
            result = make(self.session)
        except Canceled as error:
            self._end("CANCELED", error=error)
        except SqlError as error:
            self._end("FAILED", error=error)
        except Exception as error:
            self._end("FAILED", error=SqlError("INTERNAL_ERROR", f"{type(error).__name__}: {error}", "XX000"))
        else:
            self._end("SUCCEEDED", result=result)

    def _end(self, state: State, *, result: Result | None = None, error: SqlError | None = None) -> None:
        self.milliseconds = (time.perf_counter() - self._begun) * 1000
        with self._lock:
            if self.state == "RUNNING":
                self.state, self.result, self.error = state, result, error
        self._ended.set()
        if self._log is not None:
            self._log(self)
        self._done.set()

    def cancel(self) -> None:
        """Stop it if it has not ended."""
        with self._lock:
            if self.done:
                return
            was, self.state, self.error = self.state, "CANCELED", Canceled()
        self._canceled.set()
        self._done.set()
        if was == "RUNNING":
            threading.Thread(target=self._press, name="cancel", daemon=True).start()

    def _press(self) -> None:
        """Interrupt until the statement has ended: an interrupt that comes before DuckDB runs it is lost."""
        while not self._ended.wait(_PRESS_SECONDS):
            self.session.interrupt(self._canceled)

    def close(self) -> None:
        """Let its result go; a running one is cancelled."""
        self.cancel()
        with self._lock:
            self.state, self.result = "CLOSED", None
