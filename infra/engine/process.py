"""A process for one operation: forked, so that what the parent has imported is there at once; it tells by a pipe.

The child's events, its result or its error come pickled through one pipe; what it prints (the program's output, a crash's
traceback) through another, line by line.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import pickle
import selectors
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from infra.engine.errors import EngineError, ProcessDiedError
from infra.engine.events import Event, Interrupted, ProgramOutput
from infra.engine.request import Result

_LENGTH: Final = struct.Struct("!I")
_CHUNK: Final = 1 << 16
#: How many lines of a killed process's output its error repeats.
_LAST_WORDS: Final = 5
#: Looking for garbage took a third of the time of ten thousand registrations, and more for each the more there were; what it
#: finds is a fifteenth of what is alive. The process ends with its operation; this bound is for programs that never let go.
_GC_THRESHOLDS: Final = (10_000_000, 10, 10)


@dataclass(frozen=True, slots=True)
class Finished:
    """The child has done its work."""

    result: Result


@dataclass(frozen=True, slots=True)
class Refused:
    """The child could not begin, or could not write what it did."""

    error: EngineError


def run(work: Callable[[Callable[[Event], None]], Result], listener: Callable[[Event], None]) -> Result:
    """Call `work` in a child process with a function that takes events; `listener` gets them here, in order.

    Raises the `EngineError` that `work` raises, and `ProcessDiedError` for a child that was killed or died of a bug.
    """
    told, tell = os.pipe()
    printed, output = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # what is there when the child begins is not looked through, so it stays shared
    try:
        child = os.fork()
    finally:
        gc.unfreeze()
    if child == 0:
        os.close(told)
        os.close(printed)
        _be_child(work, tell, output)
    os.close(tell)
    os.close(output)
    return _follow(child, told, printed, listener)


def _be_child(work: Callable[[Callable[[Event], None]], Result], tell: int, output: int) -> None:
    """Never returns: a forked process must not run what its parent has on the stack."""
    status = 1
    try:
        os.setpgid(0, 0)  # the terminal's Ctrl-C goes to the parent, which forwards it: once
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # the parent's handlers are about the parent
        gc.set_threshold(*_GC_THRESHOLDS)
        _redirect(output)
        stream = io.FileIO(tell, "w")

        def send(message: Any) -> None:
            data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
            _write_all(stream, _LENGTH.pack(len(data)) + data)

        try:
            last: Any = Finished(work(send))
        except EngineError as error:
            last = Refused(_portable(error))
        send(last)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _portable(error: EngineError) -> EngineError:
    """The error without what cannot be pickled (its cause, its traceback)."""
    return type(error)(str(error))


def _redirect(output: int) -> None:
    """Let everything that this process and its own children print go to the pipe."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", line_buffering=True, write_through=True)
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), encoding="utf-8", line_buffering=True, write_through=True)


def _write_all(stream: io.FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) or 0 :]


class _Lines:
    """Bytes into lines; what has no end yet waits."""

    def __init__(self) -> None:
        self._rest = b""
        self.last: list[str] = []

    def feed(self, data: bytes, *, final: bool = False) -> Iterator[str]:
        *whole, self._rest = (self._rest + data).split(b"\n")
        if final and self._rest:
            whole.append(self._rest)
        for raw in whole:
            line = raw.decode("utf-8", "replace")
            self.last = [*self.last, line][-_LAST_WORDS:]
            yield line


class _Messages:
    """Bytes into pickled messages."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        self._rest += data
        while len(self._rest) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._rest)
            end = _LENGTH.size + length
            if len(self._rest) < end:
                return
            message = pickle.loads(bytes(self._rest[_LENGTH.size : end]))  # noqa: S301 - our own child wrote it
            del self._rest[:end]
            yield message


def _follow(child: int, told: int, printed: int, listener: Callable[[Event], None]) -> Result:
    """Hand on what the child says until it is silent; then its result."""
    lines = _Lines()
    try:
        with _signals_forwarded(child) as asked:
            last = _listen(told, printed, asked, lines, listener)
            status = os.waitpid(child, 0)[1]
    except BaseException:
        os.close(told)  # the child notices that nobody listens any more, and ends what it has under way
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        os.close(printed)
        raise
    os.set_blocking(printed, False)
    with contextlib.suppress(BlockingIOError):  # something that the program started may hold its end open
        while data := os.read(printed, _CHUNK):
            _print(lines.feed(data), listener)
    _print(lines.feed(b"", final=True), listener)
    os.close(told)
    os.close(printed)
    if isinstance(last, Refused):
        raise last.error
    if last is None:
        raise ProcessDiedError(_epitaph(status, lines.last))
    return last.result


def _listen(told: int, printed: int, asked: int, lines: _Lines, listener: Callable[[Event], None]) -> Finished | Refused | None:
    messages = _Messages()
    last: Finished | Refused | None = None
    interrupts = 0
    with selectors.DefaultSelector() as selector:
        for descriptor in (told, printed, asked):
            selector.register(descriptor, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                data = os.read(key.fd, _CHUNK)
                if key.fd == asked:
                    interrupts += len(data)
                    listener(Interrupted(interrupts))
                elif key.fd == told:
                    if not data:
                        return last
                    for message in messages.feed(data):
                        if isinstance(message, Finished | Refused):
                            last = message
                        else:
                            listener(message)
                elif data:
                    _print(lines.feed(data), listener)
                else:
                    selector.unregister(printed)


def _print(lines: Iterator[str], listener: Callable[[Event], None]) -> None:
    for line in lines:
        listener(ProgramOutput(line))


@contextlib.contextmanager
def _signals_forwarded(child: int) -> Iterator[int]:
    """Whoever asks this process to stop means the operation; the child knows how (see `deployment`).

    Yields a descriptor from which a byte can be read for each time.
    """
    asked, ask = os.pipe()

    def forward(number: int, frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)
            os.write(ask, b"!")

    alone = threading.current_thread() is threading.main_thread()
    former = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)} if alone else {}
    try:
        yield asked
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        os.close(asked)
        os.close(ask)


def _epitaph(status: int, last_words: list[str]) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        how = f"was killed by signal {number} ({signal.Signals(number).name})"
    else:
        how = f"ended with code {os.waitstatus_to_exitcode(status)} and no result"
    said = f"; its last words: {' | '.join(last_words)}" if last_words else ""
    return (
        f"the process of the operation {how}{said}. The state holds what it had recorded until then; run the operation again, "
        "and heed its warnings of interrupted operations"
    )
