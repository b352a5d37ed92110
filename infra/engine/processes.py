"""Which process is which on this machine: a number is used again after a while, and means another one in a container."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def fingerprint(pid: int) -> str:
    """What tells a process from every other: machine start, namespace of its number, and its own start. Empty if not known."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (_PROC / "self/ns/pid").readlink().name
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in {"Z", "X"} else f"{boot} {space} {fields[18]}"


def is_running(pid: int, known: str | None) -> bool | None:
    """Whether a process of this machine runs. `known` is its `fingerprint`, None if nobody took it; None: it cannot be told."""
    if not (_PROC / "self/stat").exists():
        return None
    now = fingerprint(pid)
    if known is None:
        return bool(now)
    mine = fingerprint(os.getpid()).rpartition(" ")[0]
    if not known or not mine or not known.startswith(mine):
        return None
    return now == known
