"""Writes the state while it changes: one thread, which takes in one write all changes since the last.

Writing at every change costs more than the update itself (38 s for 1,000 resources, measured); this costs a few writes. What
it gives up: a process killed within `PAUSE` of a change loses sight of that change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

#: Seconds between two writes; a longer write is followed by a pause four times as long as itself.
PAUSE: Final = 0.1
_SHARE: Final = 4


class CheckpointWriter:
    """Calls `write` in a thread of its own after `changed`, until `close`, which writes once more."""

    def __init__(self, write: Callable[[], None]) -> None:
        self._write = write
        self._dirty = threading.Event()
        self._closing = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="checkpoint-writer", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """There is something to write. Raises what the last write raised: no update goes on that cannot be recorded."""
        if self._failure is not None:
            raise self._failure
        self._dirty.set()

    def close(self) -> None:
        """Stop, and write the last state. Raises what that write raises."""
        self._closing.set()
        self._dirty.set()
        self._thread.join()
        self._write()

    def _run(self) -> None:
        while True:
            self._dirty.wait()
            if self._closing.is_set():
                return
            self._dirty.clear()
            started = time.monotonic()
            try:
                self._write()
            except BaseException as error:
                self._failure = error
                return
            self._closing.wait(max(PAUSE, _SHARE * (time.monotonic() - started)))
