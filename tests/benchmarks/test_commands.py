"""Measured commands: their processes together, and none of them left."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.benchmarks.commands import Usage, bytecode_kept, measured


def run(folder: Path, program: str, timeout: float = 60) -> Usage:
    return measured([sys.executable, "-c", program], folder=folder, environment=os.environ, timeout=timeout)


def alive(pid: int, patience: float = 10) -> bool:
    """Whether the process still runs after `patience` seconds; one that is dead may wait for whoever has inherited it."""
    status, deadline = Path(f"/proc/{pid}/stat"), time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            if status.read_text().rpartition(") ")[2][0] in "ZX":
                return False
        except (FileNotFoundError, ProcessLookupError):
            return False
        time.sleep(0.01)  # a signal is on its way
    return True


def test_children_count_too(tmp_path: Path) -> None:
    """Memory and writes of a child that is waited for are the command's."""
    program = """
import os
if os.fork() == 0:
    with open("big", "wb") as file:
        file.write(bytes(bytearray(80_000_000)))
    os._exit(0)
os.wait()
"""
    usage = run(tmp_path, program)
    assert usage.failure == ""
    assert usage.peak > 80_000_000
    assert usage.written >= 80_000_000


def test_a_failure_comes_with_its_last_words(tmp_path: Path) -> None:
    assert run(tmp_path, "print('no such thing'); raise SystemExit(3)").failure == "ended with code 3: no such thing"


def test_nothing_is_left_of_a_command_that_takes_too_long(tmp_path: Path) -> None:
    """Not even a descendant in a group of its own."""
    program = """
import os, signal, time
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open("pid", "w").write(str(os.getpid()))
    os.close(1)
    time.sleep(600)
time.sleep(600)
"""
    usage = run(tmp_path, program, timeout=2)
    assert usage.failure == "not done after 2 s"
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_command_may_keep_its_bytecode() -> None:
    """Whatever the shell says: compiling anew at each run is not what is measured."""
    assert bytecode_kept({"PYTHONDONTWRITEBYTECODE": "1", "HOME": "/h"}) == {"HOME": "/h"}
