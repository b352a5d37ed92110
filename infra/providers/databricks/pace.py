"""How fast requests may leave: at most so many a second, evenly, over all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """`wait` before each request. Without a rate nothing waits."""

    def __init__(
        self,
        rate: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Take the next slot, and sleep until it comes."""
        if not self._gap:
            return
        with self._lock:
            now = self._now()
            slot = max(now, self._next)
            self._next = slot + self._gap
        if slot > now:
            self._sleep(slot - now)
