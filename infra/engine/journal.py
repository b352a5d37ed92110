"""What an operation does, written down while it does it: an append-only log beside the checkpoint.

A line is `{"crc":"<CRC-32 of the entry's text>","entry":{…}}`. The first entry, `open`, names the checkpoint that the log
continues, and what the history shall say of the update if nothing comes after; the others are a snapshot's changes (see
`snapshot`, and `replay` for the way back); `fold` comes last, when the checkpoint that holds them all is about to be written,
with the update's last word for the history. Resources stand in entries as in checkpoints, their secrets encrypted.

A step costs the same however many resources the stack has. Threads that want their entries on the disk at the same time share
one wait for it.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.engine.errors import CorruptStateError
from infra.engine.resource import Resource
from infra.engine.state import Codec
from infra.engine.store import Appender

VERSION: Final = 2
_HEAD: Final = b'{"crc":"%08x","entry":'
_HEAD_LENGTH: Final = len(_HEAD % 0)


class Journal:
    """The log of one operation, callable from many threads. Nothing is written before something is worth it.

    `opening` is the first entry; `may_go_on` is called before each durable write, and raises if the lock is lost.
    """

    def __init__(
        self, log: Appender, codec: Codec, opening: Mapping[str, Any], *, may_go_on: Callable[[], None] = lambda: None
    ) -> None:
        self._log, self._codec, self._may_go_on = log, codec, may_go_on
        self.opening = opening
        self._waiting = [line(_text({"do": "open", "version": VERSION, **opening}))]
        self._noted, self._written, self._durable = 1, 0, 0
        self._busy = False
        self._failure: BaseException | None = None
        self._turn = threading.Condition()

    @property
    def begun(self) -> bool:
        """Whether anything was written, or tried to be."""
        return self._written > 0 or self._failure is not None

    def text(self, resource: Resource) -> str:
        """A resource as entries hold it."""
        return self._codec.encode(resource)

    def note(self, entry: Mapping[str, Any], resource: str = "") -> int:
        """Add an entry, which waits to be written; answers its number. `resource` is a text made by `text`."""
        text = _text(entry)
        if resource:
            text = f'{text[:-1]},"resource":{resource}}}'
        with self._turn:
            self._waiting.append(line(text))
            self._noted += 1
            return self._noted

    def write(self, number: int, *, durable: bool) -> None:
        """Return when the entry of this number, and all before, are written. Raises what a write has raised, from then on."""
        if durable:
            self._may_go_on()
        with self._turn:
            while (self._durable if durable else self._written) < number:
                if self._failure is not None:
                    raise self._failure
                if self._busy:
                    self._turn.wait()
                else:
                    self._lead(durable=durable)

    def fold(self, checkpoint: str, update: Mapping[str, Any]) -> None:
        """Write down that this checkpoint, which comes next, holds everything, and what the history will say of the update."""
        self.write(self.note({"do": "fold", "checkpoint": digest(checkpoint), "update": update}), durable=True)

    def close(self) -> None:
        """Let go of the log."""
        self._log.close()

    def _lead(self, *, durable: bool) -> None:
        """Write what waits, for everybody; the lock is let go meanwhile."""
        batch, last, self._waiting, self._busy = b"".join(self._waiting), self._noted, [], True
        self._turn.release()
        failure: BaseException | None = None
        try:
            self._log.append(batch, durable=durable)
        except BaseException as error:
            failure = error
        finally:
            self._turn.acquire()
        self._busy, self._failure = False, failure
        if failure is None:
            self._written = last
            if durable:
                self._durable = last
        self._turn.notify_all()


def line(entry: str) -> bytes:
    """An entry's line."""
    data = entry.encode()
    return _HEAD % zlib.crc32(data) + data + b"}\n"


def entries(data: bytes, *, source: str) -> list[dict[str, Any]]:
    """The entries of a log. A last line that is not whole was never relied on, and is left out.

    Raises `CorruptStateError` for damage anywhere else.
    """
    found: list[dict[str, Any]] = []
    *lines, rest = data.split(b"\n")
    for number, raw in enumerate(lines, start=1):
        entry = _entry(raw)
        if entry is None:
            if number == len(lines) and not rest:
                return found
            raise CorruptStateError(
                f"{source}: line {number} is damaged, and others follow it: the journal of an interrupted operation cannot be "
                "trusted. Restore it from a copy of the disk; or move it away, and look for what the operation did by hand"
            )
        found.append(entry)
    return found


def digest(text: str) -> str:
    """What tells checkpoints apart; empty for none."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _entry(raw: bytes) -> dict[str, Any] | None:
    head, data = raw[:_HEAD_LENGTH], raw[_HEAD_LENGTH:-1]
    if raw[-1:] != b"}" or head != _HEAD % zlib.crc32(data):
        return None
    entry = json.loads(data)
    return entry if isinstance(entry, dict) else None


def _text(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
