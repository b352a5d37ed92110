"""The lock of a stack, in the Pulumi CLI's format, so that either engine respects the other's.

A lock is a file `locks/organization/<project>/<stack>/<uuid>.json`. Who wants one looks, writes his own, and looks again:
if two come at once, both give way.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.engine import files
from infra.engine.clock import Clock, rfc3339
from infra.engine.errors import BackendError, LockedError


@contextmanager
def held(folder: Path, clock: Clock) -> Iterator[Path]:
    """Hold the lock while the block runs. Raises `LockedError` if somebody else does."""
    mine = folder / f"{uuid.uuid4()}.json"
    _refuse_others(folder, mine)
    files.write(mine, json.dumps(_owner(clock)))
    try:
        _refuse_others(folder, mine)
        yield mine
    finally:
        mine.unlink(missing_ok=True)


def _owner(clock: Clock) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "username": getpass.getuser(),
        "hostname": socket.gethostname(),
        "timestamp": rfc3339(clock()),
    }


def _refuse_others(folder: Path, mine: Path) -> None:
    others = sorted(path for path in folder.glob("*.json") if path != mine) if folder.is_dir() else []
    if not others:
        return
    owners = "; ".join(_described(path) for path in others)
    named = " ".join(str(path) for path in others)
    raise LockedError(
        f"the stack is locked: {owners}. Wait until that operation has ended; if it is no longer running, remove the lock with "
        f"`pulumi cancel` or by deleting {named}"
    )


def _described(path: Path) -> str:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        pid, host = int(owner["pid"]), str(owner["hostname"])
        text = f"{owner['username']}@{host} (pid {pid}) at {owner['timestamp']}"
    except FileNotFoundError:
        return "somebody who has just let it go"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackendError(f"the stack is locked, and its lock file {path} cannot be read ({error}): look at it") from error
    gone = host == socket.gethostname() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists()
    return f"{text}, a process that is no longer running" if gone else text
