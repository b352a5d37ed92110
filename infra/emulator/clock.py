"""The workspace's clock. All of the emulator asks it for the time, so that a test can move it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The system's time plus an offset in seconds."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self.offset

    def millis(self) -> int:
        """Milliseconds since the epoch, as most Databricks APIs give times."""
        return int(self.now() * 1000)

    def timestamp(self) -> str:
        """Now as RFC 3339, as the newer APIs give times."""
        return self.datetime().strftime("%Y-%m-%dT%H:%M:%SZ")

    def datetime(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)
