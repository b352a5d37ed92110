"""What tests hang up around everything that is written or changed.

A trap is told the place and the moment, `before` or `after`. Its answer matters at the moment `torn` alone: whether only half
is written.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Trap: TypeAlias = Callable[[str, str], object]
#: How often each place came to each moment.
Instants: TypeAlias = Counter[tuple[str, str]]
Instant: TypeAlias = tuple[str, str, int]


class Kill:
    """Ends the process at the `number`th time that `place` comes to `moment`."""

    def __init__(self, place: str, moment: str, number: int) -> None:
        self.place, self.moment, self._left = place, moment, number

    def __call__(self, place: str, moment: str) -> bool:
        if (place, moment) != (self.place, self.moment):
            return False
        self._left -= 1
        if self._left == 0:
            if moment == "torn":
                return True
            os.kill(os.getpid(), signal.SIGKILL)
        return False


class Count:
    """Counts instants, in a file that the parent reads."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, place: str, moment: str) -> bool:
        with self.path.open("a") as file:
            file.write(f"{place} {moment}\n")
        return False

    def instants(self) -> Instants:
        """What was counted."""
        return Counter(tuple(line.split()) for line in self.path.read_text().splitlines())  # type: ignore[misc]


def sampled(instants: Instants, sample: int) -> list[Instant]:
    """About so many instants, evenly over all; every one if LAKESTEAD_KILLS says `all`."""
    every = [(place, moment, number) for (place, moment), count in sorted(instants.items()) for number in range(1, count + 1)]
    return every if is_full() else every[:: max(1, len(every) // sample)]


def is_full() -> bool:
    """Whether every instant is wanted, and not a sample."""
    return os.environ.get("LAKESTEAD_KILLS") == "all"
