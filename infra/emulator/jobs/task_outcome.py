"""Between the thread of a run and what carries out its tasks: a request to stop, and an outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from infra.emulator.store import Document


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended. `error`, `trace` and `output` are for `runs/get-output`; what is `hopeless` is not tried again."""

    result: str
    message: str = ""
    error: str = ""
    trace: str = ""
    hopeless: bool = False
    output: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Stop:
    """Asks a task to end before it is done. The first request counts; its reason becomes the task's result."""

    reason: str = ""
    _callbacks: list[Callable[[], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def request(self, reason: str) -> None:
        """Ask, once; what registered with `then` is called."""
        with self._lock:
            if self.reason:
                return
            self.reason = reason
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def then(self, callback: Callable[[], None]) -> None:
        """Call when the request comes; at once if it has come."""
        with self._lock:
            self._callbacks.append(callback)
            requested = bool(self.reason)
        if requested:
            callback()


#: Does what a task says: run, task run, stop -> outcome. Called in a thread of its own. What it raises is a defect of ours.
Execute: TypeAlias = Callable[[Document, Document, Stop], Outcome]
