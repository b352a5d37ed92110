"""The lock of a stack, in the Pulumi CLI's format, so that either engine respects the other's.

A lock is a file `locks/organization/<project>/<stack>/<uuid>.json`. Who wants one looks, writes his own, and looks again: if
two come at once, both give way. To what the CLI writes (pid, user, host, time) ours adds a lease, renewed while the owner
lives, and what tells its process from a later one of the same number. A lock of ours whose owner is gone is taken over by the
next operation; one of the CLI's never is: only `cancel` breaks it.
"""

from __future__ import annotations

import getpass
import json
import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from infra.engine.clock import Clock, rfc3339, seconds_of
from infra.engine.errors import BackendError, LockedError
from infra.engine.processes import fingerprint, is_running
from infra.engine.store import Store

ENGINE: Final = "lakestead"
#: Seconds that a lock holds without being renewed. A third of it passes between two renewals.
LEASE: Final = 60.0
#: Every lock is this long, so that it can be renewed in place.
_LENGTH: Final = 640
_TRIES: Final = 4

Life = Literal["living", "gone", "unknown"]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose lock a file is. `ours`: this engine wrote it."""

    name: str
    text: str
    life: Life
    ours: bool


class Lock:
    """One operation's lock on one stack; `folder` is the key of the folder of the stack's locks."""

    def __init__(self, store: Store, folder: str, clock: Clock, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store, self._folder, self._clock, self._sleep = store, folder, clock, sleep
        self._key = f"{folder}/{uuid.uuid4()}.json"
        self._since = clock()
        self._stop = threading.Event()
        #: Names of locks of owners that are gone, which this one takes the place of.
        self.superseded: list[str] = []

    def acquire(self, *, wait: float = 0, told: Callable[[str], None] = lambda text: None) -> None:
        """Take the lock, waiting up to `wait` seconds for others; `told` hears whom it waits for.

        Raises `LockedError` if somebody else has it.
        """
        deadline, heard = time.monotonic() + wait, ""
        while True:
            try:
                return self._try()
            except LockedError as error:
                if time.monotonic() >= deadline:
                    raise
                if str(error) != heard:
                    heard = str(error)
                    told(f"waiting for the lock: {heard}")
                self._sleep(min(1.0, max(0.05, deadline - time.monotonic())))

    def seize(self) -> None:
        """Take the lock whoever else has it; his is superseded."""
        self._write()
        self.superseded = [owner.name for owner in owners(self._store, self._folder, self._clock) if not self._is_mine(owner)]

    def adopt(self) -> None:
        """Make this process the owner (it was forked from the one that took the lock), and renew the lease while it lives."""
        self._renew()
        threading.Thread(target=self._keep, name="lease", daemon=True).start()

    def check(self) -> None:
        """Raise `LockedError` if somebody has broken the lock."""
        if self._store.read(self._key) is None:
            raise LockedError(
                "this operation's lock was removed while it ran (by `cancel`, or by hand), so somebody else may be at work on "
                "the stack: nothing more is begun"
            )

    def drop_superseded(self) -> None:
        """Remove the locks of the owners that are gone; what they had left is folded now."""
        while self.superseded:
            self._store.delete(f"{self._folder}/{self.superseded.pop()}")

    def release(self) -> None:
        """Let the lock go."""
        self._stop.set()
        self._store.delete(self._key)

    def _try(self) -> None:
        for attempt in range(_TRIES):
            self._refuse(self._others())
            self._write()
            others = self._others()
            living = [owner for owner in others if not _is_left_over(owner)]
            if not living:
                self.superseded = [owner.name for owner in others]
                return
            self._store.delete(self._key)
            if attempt == _TRIES - 1:
                self._refuse(living)
            self._sleep(random.uniform(0.01, 0.2))  # noqa: S311 - so that two who meet do not meet again

    def _others(self) -> list[Owner]:
        return [owner for owner in owners(self._store, self._folder, self._clock) if not self._is_mine(owner)]

    def _is_mine(self, owner: Owner) -> bool:
        return f"{self._folder}/{owner.name}" == self._key

    def _refuse(self, others: list[Owner]) -> None:
        held = [owner for owner in others if not _is_left_over(owner)]
        if held:
            named = " ".join(self._store.place(f"{self._folder}/{owner.name}") for owner in held)
            raise LockedError(
                f"the stack is locked: {'; '.join(owner.text for owner in held)}. Wait until that operation has ended; if it "
                f"is no longer running, remove the lock with `cancel` (`pulumi cancel` for one of the CLI's): {named}"
            )

    def _write(self) -> None:
        if not self._store.create(self._key, self._text()):
            raise BackendError(f"cannot write {self._store.place(self._key)}: there is one already")

    def _renew(self) -> bool:
        return self._store.renew(self._key, self._text())

    def _keep(self) -> None:
        """Renew until the lock is released or gone. A renewal that fails is made up for by the next."""
        while not self._stop.wait(LEASE / 3):
            try:
                if not self._renew():
                    return
            except BackendError:
                continue  # `check` is what stops an operation

    def _text(self) -> str:
        owner = {
            "pid": os.getpid(),
            "username": getpass.getuser(),
            "hostname": socket.gethostname(),
            "timestamp": rfc3339(self._since),
            "engine": ENGINE,
            "renewed": rfc3339(self._clock()),
            "lease": LEASE,
            "process": fingerprint(os.getpid()),
        }
        return json.dumps(owner).ljust(_LENGTH)


def owners(store: Store, folder: str, clock: Clock) -> list[Owner]:
    """Who has locks on a stack."""
    found = [_owner(store, folder, name, clock) for name in store.names(folder) if name.endswith(".json")]
    return [owner for owner in found if owner is not None]


def _is_left_over(owner: Owner) -> bool:
    return owner.ours and owner.life == "gone"


def _owner(store: Store, folder: str, name: str, clock: Clock) -> Owner | None:
    text = store.read(f"{folder}/{name}")
    if text is None:
        return None  # it was let go meanwhile
    try:
        fields = json.loads(text)
        pid, host, since = int(fields["pid"]), str(fields["hostname"]), str(fields["timestamp"])
        ours = fields.get("engine") == ENGINE
        life = _life(fields, pid, host, clock)
        described = f"{fields['username']}@{host} (pid {pid}) since {since}"
    except (ValueError, KeyError, TypeError) as error:
        place = store.place(f"{folder}/{name}")
        raise BackendError(f"the stack is locked, and its lock file {place} cannot be read ({error}): look at it") from error
    return Owner(name, f"{described}, a process that is no longer running" if life == "gone" else described, life, ours)


def _life(fields: dict[str, Any], pid: int, host: str, clock: Clock) -> Life:
    """Whether an owner lives: on this machine by his process, elsewhere by his lease."""
    known = fields.get("process")
    if host == socket.gethostname():
        running = is_running(pid, str(known) if known else None)
        if running is not None:
            return "living" if running else "gone"
    if known is None:
        return "unknown"
    expires = seconds_of(str(fields["renewed"])) + float(fields["lease"])
    return "living" if clock() / 1e9 < expires + LEASE else "gone"  # the clocks of two machines may differ
