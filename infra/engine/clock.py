"""The time, as Pulumi's files write it. A `Clock` is handed to whoever needs one."""

from __future__ import annotations

import calendar
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


def seconds_of(stamp: str) -> float:
    """Seconds since 1970 of a moment that `rfc3339` wrote. Raises `ValueError` for what is none."""
    whole, _, fraction = stamp.removesuffix("Z").partition(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds + float(f"0.{fraction or 0}")


#: The machine's own clock.
SYSTEM: Clock = time.time_ns
