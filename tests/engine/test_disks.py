"""Places that cannot be written any more: whatever fails, and when, the next update goes on, and nothing is done twice."""

from __future__ import annotations

import ctypes
import errno
import os
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from infra.engine import files
from infra.engine.backend import FileBackend
from infra.engine.errors import BackendError
from tests.engine.traps import Count, Trap, sampled
from tests.engine.yard import Yard, check, copy

SAMPLE = 12


class Full:
    """No write succeeds from the `number`th time on that `place` comes to be written."""

    def __init__(self, place: str, number: int) -> None:
        self._place, self._left = place, number

    def __call__(self, place: str, moment: str) -> bool:
        if moment == "before" and place == self._place:
            self._left -= 1
        if moment == "before" and place != "call" and self._left <= 0:
            raise files.failure("write", Path("/state"), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        return False


def test_a_disk_that_is_full_at_any_write(deployed: Yard, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, and with it what to do; state is what it was, or what came of it."""
    undisturbed = copy(deployed, tmp_path / "undisturbed")
    instants = Count(tmp_path / "instants.txt")
    assert undisturbed.up(2, instants) == 0
    writes = Counter({key: number for key, number in instants.instants().items() if key[1] == "before" and key[0] != "call"})
    chosen = sampled(writes, SAMPLE)
    failed = 0
    for place, _, number in chosen:
        yard = copy(deployed, tmp_path / f"{place}-{number}")
        status = yard.up(2, Full(place, number))
        said = yard.error
        where = f"full from the {place} number {number} on: {said}"

        if status == 0:
            continue  # threads have shared more of their writes this time, so there were fewer
        failed += 1
        assert "No space left on device; free some space there" in said, where
        assert yard.up(2) == 0, f"{where}; then {yard.error}"
        check(yard)
        assert sorted(undisturbed.world.events()) == sorted(yard.world.events()), where
    with capsys.disabled():
        print(f"\n{failed} of {writes.total()} writes failed, and all after them")
    assert failed > 0.8 * len(chosen)


def obeying(trap: Trap) -> Trap:
    """A trap in whose process folders that are read-only are so for the superuser too."""
    powerless: list[int] = []

    def obeyed(place: str, moment: str) -> object:
        if not powerless:
            powerless.append(os.getpid())
            _drop_powers()
        return trap(place, moment)

    return obeyed


def _drop_powers() -> None:
    """Give up CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, in all threads to come (capset(2), version 3)."""
    if os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capget(header, data):
        raise OSError(ctypes.get_errno(), "capget")
    data[0] &= ~0b110
    if libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset")


def set_writable(folder: Path, *, writable: bool) -> None:
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        place.chmod(0o755 if writable else 0o555)


def test_a_read_only_folder_is_refused_before_anything_is_changed(deployed: Yard, tmp_path: Path) -> None:
    """With what, where, and what to do; looking at it works."""
    yard = copy(deployed, tmp_path / "yard")
    before = yard.world.events()
    set_writable(yard.folder / ".pulumi", writable=False)
    child = os.fork()
    if child == 0:
        _drop_powers()
        with pytest.raises(BackendError) as refusal, yard.backend.locked():
            pass
        (yard.folder / "error.txt").write_text(str(refusal.value))
        os._exit(len(FileBackend(yard.folder, "p", "s").load("x").resources) - 62)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    set_writable(yard.folder / ".pulumi", writable=True)

    assert (status, yard.world.events()) == (0, before)
    place = yard.folder / ".pulumi/locks/organization/p/s"
    assert yard.error == (
        f"cannot write to {place}: Permission denied; give this user the right to do that, or let state live elsewhere"
    )


def test_one_part_that_is_read_only_is_enough(deployed: Yard, tmp_path: Path) -> None:
    """The history, say, which is written last."""
    yard = copy(deployed, tmp_path / "yard")
    before = yard.world.events()
    (yard.folder / ".pulumi/history").rename(tmp_path / "history")
    (yard.folder / ".pulumi/history").write_text("in the way")

    assert yard.up(2) == 2
    assert f"cannot write to {yard.folder}/.pulumi/history: Not a directory" in yard.error
    assert (yard.world.events(), yard.backend.store.names("locks/organization/p/s")) == (before, [])


def test_a_folder_that_becomes_read_only_while_an_update_runs(deployed: Yard, tmp_path: Path) -> None:
    """The journal, which is open, goes on; what cannot be written any more is folded by the next update."""
    yard, undisturbed = copy(deployed, tmp_path / "yard"), copy(deployed, tmp_path / "undisturbed")
    calls = count(1)

    def close(place: str, moment: str) -> bool:
        if (place, moment) == ("call", "after") and next(calls) == 20:
            set_writable(yard.folder / ".pulumi", writable=False)
        return False

    status = yard.up(2, obeying(close))
    said = yard.error
    set_writable(yard.folder / ".pulumi", writable=True)

    assert status == 2
    assert "Permission denied; the file of before is untouched; give this user the right" in said
    assert "What was done is in the journal, and the stack stays locked. Mend that, and run again" in said
    assert (yard.up(2), undisturbed.up(2)) == (0, 0), yard.error
    check(yard)
    assert sorted(undisturbed.world.events()) == sorted(yard.world.events())
    assert [entry["result"] for entry in yard.backend.history()] == ["succeeded"] * 3
