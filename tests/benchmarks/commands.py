"""Runs a command and measures it: time, CPU, memory and bytes written, of all its processes together.

Linux only. The figures are those of `wait4`, which sums up the children that were waited for; what a command leaves running in
the background is not in them.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Seconds that an interrupted command gets before it is killed.
_PATIENCE: Final = 10
_LAST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took. `peak` is the resident memory of its biggest process, `written` what went to disks, in bytes."""

    seconds: float
    cpu_seconds: float
    peak: int
    written: int
    failure: str


def bytecode_kept(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without the variable that would make each run compile every module anew."""
    return {key: value for key, value in environment.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measured(command: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout: float) -> Usage:
    """Run the command in `folder` to its end, or until `timeout` seconds have passed: then all its processes are ended.

    What it prints is kept in memory, so that `written` is what it writes by itself.
    """
    with os.fdopen(os.memfd_create("output"), "r+b") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=bytecode_kept(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        timely = False
        try:
            timely = _ended(process.pid, timeout)
        finally:
            if not timely:
                _end(process.pid)
            seconds = time.monotonic() - started
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        words = "\n".join(output.read().decode(errors="replace").strip().splitlines()[-_LAST_LINES:])
    failure = f"not done after {timeout:g} s" if not timely else ""
    if timely and process.returncode:
        failure = f"ended with code {process.returncode}: {words}"
    return Usage(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss * 1024,
        written=usage.ru_oublock * 512,
        failure=failure,
    )


def _ended(pid: int, timeout: float | None) -> bool:
    """Wait for the process to end, without reaping it; False if it takes longer."""
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))
    finally:
        os.close(descriptor)


def _end(pid: int) -> None:
    """Interrupt a process; kill what is left of it and of its descendants, whatever groups they have moved to."""
    family = _descendants(pid)
    os.kill(pid, signal.SIGTERM)
    _ended(pid, _PATIENCE)
    for member in [*family, pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
    _ended(pid, None)


def _descendants(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [*_descendants(int(child)), int(child)]
    return found
