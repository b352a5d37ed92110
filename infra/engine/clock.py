"""The time, as Pulumi's files write it. A `Clock` is handed to whoever needs one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

#: Nanoseconds since 1970.
Clock: TypeAlias = Callable[[], int]


def rfc3339(nanoseconds: int) -> str:
    """A moment as `2026-11-21T01:35:26.501365235Z`."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    fraction = f"{rest:09d}".rstrip("0")
    return f"{stamp}.{fraction}Z" if fraction else f"{stamp}Z"


#: The machine's own clock.
SYSTEM: Clock = time.time_ns
