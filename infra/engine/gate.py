"""Whether an operation may go on: it may until the first failure, or until somebody asks it to stop."""

from __future__ import annotations

import threading

from infra.engine.errors import CancelledError


class Gate:
    """Thread-safe. What is under way when the gate shuts is finished; nothing new begins."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason = ""
        #: Whether somebody asked to stop, which ends even what goes on after failures.
        self.stopped = False
        self.errors: list[str] = []

    @property
    def shut(self) -> bool:
        """Whether nothing new may begin."""
        return bool(self._reason)

    def fail(self, message: str) -> None:
        """Something failed: keep its message, and let nothing new begin."""
        with self._lock:
            self.errors.append(message)
            self._reason = self._reason or "an earlier step failed"

    def stop(self, reason: str) -> None:
        """Somebody asks to stop."""
        with self._lock:
            self.stopped = True
            self.errors.append(reason)
            self._reason = self._reason or reason

    def check(self) -> None:
        """Raise `CancelledError` if nothing new may begin."""
        if self._reason:
            raise CancelledError(f"not begun: {self._reason}")
