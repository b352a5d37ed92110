"""Who has a stack's lock, whether he lives, and who waits for whom."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from infra.engine.clock import rfc3339
from infra.engine.errors import BackendError, LockedError
from infra.engine.file_store import FileStore
from infra.engine.lock import LEASE, Lock
from infra.engine.processes import fingerprint, is_running

NOW = 1_795_224_927_171_254_052
FOLDER = "locks/organization/shop/dev"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def mine(store: FileStore, now: int = NOW) -> Lock:
    return Lock(store, FOLDER, lambda: now, sleep=lambda seconds: None)


def left(store: FileStore, **fields: Any) -> None:
    """The lock of somebody else: of this engine and on another machine, unless `fields` say otherwise."""
    owner = {
        "pid": 7,
        "username": "ann",
        "hostname": "elsewhere",
        "timestamp": rfc3339(NOW),
        "engine": "lakestead",
        "renewed": rfc3339(NOW),
        "lease": LEASE,
        "process": "boot pid:[1] 5",
    }
    store.write(f"{FOLDER}/c0ffee.json", json.dumps(owner | fields))


def test_a_process_is_told_from_a_later_one_of_its_number() -> None:
    """And one of another machine cannot be judged."""
    known = fingerprint(os.getpid())

    assert (is_running(os.getpid(), known), is_running(os.getpid(), known + "0")) == (True, False)
    assert (is_running(os.getpid(), "boot pid:[1] 5"), is_running(2**22 + 1, None)) == (None, False)


@pytest.mark.parametrize(("later", "taken"), [(0, False), (LEASE, False), (3 * LEASE, True)])
def test_a_lease_of_another_machine_holds_until_it_expires(store: FileStore, later: float, taken: bool) -> None:
    """With as much again for clocks that differ."""
    left(store)
    wanted = mine(store, NOW + int(later * 1e9))

    if taken:
        wanted.acquire()
        assert wanted.superseded == ["c0ffee.json"]
    else:
        with pytest.raises(LockedError, match=r"ann@elsewhere \(pid 7\) since 2026-11-21T01:35:27"):
            wanted.acquire()
    assert (store.read(f"{FOLDER}/c0ffee.json") is not None, len(store.names(FOLDER))) == (True, 1 + taken)


def test_a_dead_owner_on_this_machine_is_superseded_at_once(store: FileStore) -> None:
    """If the lock is this engine's; one of the CLI's is only said to be of a dead process."""
    gone = fingerprint(os.getpid()) + "0"
    left(store, hostname=socket.gethostname(), process=gone)
    taken = mine(store)
    taken.acquire()
    taken.drop_superseded()
    assert len(store.names(FOLDER)) == 1
    taken.release()

    left(store, hostname=socket.gethostname(), pid=2**22 + 1, engine=None, process=None)
    with pytest.raises(LockedError, match="no longer running"):
        mine(store).acquire()


def test_a_lock_is_renewed_where_it_stands(store: FileStore, tmp_path: Path) -> None:
    """It stays what the CLI reads; one that was removed does not come back."""
    moment = [NOW]
    held = Lock(store, FOLDER, lambda: moment[0])
    held.acquire()
    (path,) = (tmp_path / FOLDER).iterdir()
    before = json.loads(path.read_text())
    moment[0] += 10**9
    held.adopt()
    after = json.loads(path.read_text())

    assert {key for key in before if before[key] != after[key]} == {"renewed"}
    path.unlink()
    with pytest.raises(LockedError, match="was removed while it ran"):
        held.check()
    assert not held._renew()
    assert list((tmp_path / FOLDER).iterdir()) == []
    held.release()


def test_of_two_operators_one_waits(store: FileStore) -> None:
    """For as long as he is ready to; he is told for whom."""
    first, told = mine(store), list[str]()
    first.acquire()
    second = Lock(store, FOLDER, lambda: NOW, sleep=lambda seconds: first.release())

    second.acquire(wait=60, told=told.append)

    assert len(told) == 1
    assert f"(pid {os.getpid()})" in told[0]
    assert len(store.names(FOLDER)) == 1


def test_of_many_at_once_one_has_the_lock(store: FileStore) -> None:
    """Never two, and each gets it in the end."""
    inside, most = [0], [0]

    def work() -> None:
        own = Lock(store, FOLDER, lambda: NOW)
        own.acquire(wait=30)
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        inside[0] -= 1
        own.release()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (most, inside, store.names(FOLDER)) == ([1], [0], [])


def test_an_unreadable_lock_is_respected(store: FileStore) -> None:
    """Somebody has to look at it."""
    store.write(f"{FOLDER}/c0ffee.json", "{")
    with pytest.raises(BackendError, match=r"c0ffee\.json cannot be read"):
        mine(store).acquire()
