"""How fast requests leave: evenly, as fast as the workspace admits them, over all threads.

Nobody says what a workspace admits, so it is found out. Until something is refused (429) requests leave as they come, up to
the ceiling that the environment sets. From then on the rate is what was admitted lately, and rises while nothing more is
refused; the next refusal brings it down to what was admitted again. A refused request costs the workspace next to nothing, so
the rate stays close to the limit. `Retry-After` holds everybody back: it is about the caller, not about one request.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

#: Seconds over which is counted what was admitted.
_WINDOW: Final = 2.0
#: How the rate rises without a refusal, in seconds t: by the factor FACTOR^t and by CUBE * t^3 requests a second. So it stays
#: near a limit for a while, and comes back within ten seconds from an estimate that was far too low.
_FACTOR: Final = 1.03
_CUBE: Final = 0.015
#: The longest time that it rises: by then there is as good as no limit.
_LONGEST: Final = 600.0
#: The slowest rate, in requests a second.
_FLOOR: Final = 0.5


class Pace:
    """`wait` before each request, and tell when one was `refused`. `ceiling`: requests a second at most; None for no limit."""

    def __init__(
        self,
        ceiling: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ceiling = ceiling or float("inf")
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0
        self._resume = 0.0
        self._rate = self._ceiling
        self._rated_at = 0.0
        self._sent: deque[float] = deque()
        self._refused: deque[float] = deque()

    def wait(self) -> None:
        """Take the next slot, and sleep until it comes."""
        while True:
            with self._lock:
                now = self._now()
                slot = max(now, self._next, self._resume)
                self._next = slot + 1 / self._current(now)
            if slot > now:
                self._sleep(slot - now)
            with self._lock:
                now = self._now()
                if self._resume <= max(now, slot):  # else somebody was refused meanwhile
                    _note(self._sent, max(now, slot))
                    return

    def refused(self, after: float | None = None) -> None:
        """The workspace asks to slow down; `after` are the seconds that it wants to be left alone."""
        with self._lock:
            now = self._now()
            _note(self._refused, now)
            self._rate = max(_FLOOR, min(self._current(now), self._admitted(now)))
            self._rated_at = now
            if after is not None:
                self._resume = max(self._resume, now + after)

    def _current(self, now: float) -> float:
        """The rate now: it has risen since it was set."""
        time = min(now - self._rated_at, _LONGEST)
        factor: float = _FACTOR**time
        return min(self._ceiling, self._rate * factor + _CUBE * time**3)

    def _admitted(self, now: float) -> float:
        """Requests a second that were not refused, lately, but not from before everybody was held back.

        What came in less than a second is taken for a second's worth: limits allow as much at once.
        """
        begun = max(now - _WINDOW, self._resume if self._resume < now else 0.0)
        sent = [moment for moment in self._sent if moment >= begun]
        refused = sum(moment >= begun for moment in self._refused)
        return max(0, len(sent) - refused) / max(1.0, now - sent[0] if sent else 1.0)


def _note(moments: deque[float], now: float) -> None:
    moments.append(now)
    while moments[0] < now - _WINDOW:
        moments.popleft()
