"""The journal: what it costs, what it survives, and what stands in the way of others while it is not folded."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from infra.engine.errors import BackendError, CorruptStateError, LockedError, StaleJournalError
from infra.engine.file_store import FileLog
from infra.engine.journal import Journal, entries, line
from infra.engine.resource import Resource
from infra.engine.state import Codec
from tests.engine.yard import Yard, check, copy


class Stop:
    """Ends the process after the `number`th call, or write of the journal."""

    def __init__(self, number: int, place: str = "call") -> None:
        self.left, self.place = number, place

    def __call__(self, place: str, moment: str) -> bool:
        if (place, moment) == (self.place, "after"):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return False


@pytest.fixture
def interrupted(deployed: Yard, tmp_path: Path) -> Yard:
    """An update killed in the middle."""
    yard = copy(deployed, tmp_path / "yard")
    assert yard.up(2, Stop(30)) == -signal.SIGKILL
    return yard


def journal(yard: Yard) -> Path:
    return yard.folder / ".pulumi/journals/p/s/journal.jsonl"


def locks(yard: Yard) -> list[Path]:
    return list((yard.folder / ".pulumi/locks/organization/p/s").iterdir())


def test_a_line_tells_whether_it_is_whole() -> None:
    """The last one may be torn; any other that is damaged spoils the journal."""
    whole = line('{"do":"open"}') + line('{"do":"end","call":1}')

    assert entries(whole, source="j") == [{"do": "open"}, {"do": "end", "call": 1}]
    for cut in range(1, 20):
        assert entries(whole[:-cut], source="j") == [{"do": "open"}]
    with pytest.raises(CorruptStateError, match="j: line 1 is damaged"):
        entries(whole.replace(b"open", b"opem"), source="j")


def test_nothing_is_written_for_nothing(deployed: Yard, tmp_path: Path) -> None:
    """An update that changes nothing has no journal, so nothing waits for the disk."""
    yard = copy(deployed, tmp_path / "yard")

    assert yard.up(1, Stop(1, "journal")) == 0


def test_a_step_costs_the_same_in_a_small_and_in_a_big_stack(tmp_path: Path) -> None:
    """What an entry adds to the file does not depend on what is there already."""
    log = FileLog(tmp_path / "journal.jsonl")
    written = Journal(log, Codec(None), {"checkpoint": ""})
    sizes = []
    for number in range(2000):
        thing = Resource(urn=f"urn:pulumi:s::p::t::{number:05}", type="t", custom=True)
        written.write(written.note({"do": "add"}, written.text(thing)), durable=False)
        sizes.append((tmp_path / "journal.jsonl").stat().st_size)
    steps = {after - before for before, after in pairwise(sizes)}
    assert len(steps) == 1


def test_the_cli_finds_a_lock_until_the_journal_is_folded(interrupted: Yard) -> None:
    """In its own format. A reader of ours sees what the journal adds; a preview folds nothing."""
    before = interrupted.backend.file.read_text()
    (lock,) = locks(interrupted)

    assert {"pid", "username", "hostname", "timestamp"} <= json.loads(lock.read_text()).keys()
    assert interrupted.backend.read() != before
    assert (interrupted.backend.file.read_text(), locks(interrupted)) == (before, [lock])
    assert interrupted.up(2) == 0
    check(interrupted)


def test_an_interrupted_update_is_in_the_history(interrupted: Yard) -> None:
    """As failed, with what it had done until then, from the moment at which it began; once its journal is folded."""
    assert [entry["result"] for entry in interrupted.backend.history()] == ["succeeded"]
    done = len(interrupted.world.events()) - 60
    interrupted.backend.cancel()
    latest, _ = interrupted.backend.history()

    assert (latest["kind"], latest["result"]) == ("update", "failed")
    # The call at which it was killed had not been answered; up to three others were under way.
    assert done - 4 <= sum(latest["resourceChanges"].values()) < done
    state = interrupted.backend.history_checkpoint(2)
    assert state == interrupted.backend.read()


def test_cancel_folds_before_it_releases(interrupted: Yard) -> None:
    """The checkpoint then holds what was done, and what was under way as pending operations."""
    whole = interrupted.backend.load("x")

    (owner,) = interrupted.backend.cancel()
    kept = interrupted.backend.load("x")

    assert "no longer running" in owner
    assert (locks(interrupted), interrupted.backend.has_journal()) == ([], False)
    assert [item.urn for item in whole.resources] == [item.urn for item in kept.resources]
    assert whole.pending
    assert [item.type for item in whole.pending] == [item.type for item in kept.pending]
    assert interrupted.up(2) == 0
    check(interrupted)


def test_a_journal_of_another_checkpoint_is_refused(interrupted: Yard) -> None:
    """Somebody removed the lock by hand and went on: neither side is overwritten."""
    kept = journal(interrupted).read_bytes()
    interrupted.backend.file.write_text(interrupted.backend.file.read_text() + " ")

    with pytest.raises(StaleJournalError, match=r"changed since by somebody.*move the journal away"):
        interrupted.backend.read()
    assert interrupted.up(2) == 2
    assert kept == journal(interrupted).read_bytes()
    assert len(locks(interrupted)) == 2


def test_a_damaged_journal_is_refused(interrupted: Yard) -> None:
    """By its place and line; the checkpoint stays as it is."""
    before = interrupted.backend.file.read_text()
    lines = journal(interrupted).read_bytes().splitlines(keepends=True)
    lines[5] = lines[5].replace(b'"', b"'", 1)
    journal(interrupted).write_bytes(b"".join(lines))

    with pytest.raises(CorruptStateError, match=r"journals/p/s: line 6 is damaged"):
        interrupted.backend.read()
    assert interrupted.up(2) == 2
    assert before == interrupted.backend.file.read_text()


def test_a_full_disk_loses_nothing(deployed: Yard, tmp_path: Path) -> None:
    """Neither journal nor checkpoint can grow: the update stops, says so, and the next one goes on from what it did."""
    yard = copy(deployed, tmp_path / "yard")
    expected = copy(deployed, tmp_path / "expected")
    assert expected.up(2) == 0
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limited(place: str, moment: str) -> bool:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
        return False

    assert yard.up(2, limited) == 2
    assert "File too large" in yard.error
    assert (len(locks(yard)), yard.backend.has_journal()) == (1, True)
    assert yard.up(2) == 0, yard.error
    check(yard)
    assert sorted(expected.world.events()) == sorted(yard.world.events())


def test_a_folder_that_cannot_be_written_changes_nothing(deployed: Yard, tmp_path: Path) -> None:
    """The lock is the first thing that is written."""
    yard = copy(deployed, tmp_path / "yard")
    before = yard.world.events()
    locks_folder = yard.folder / ".pulumi/locks"
    shutil.rmtree(locks_folder)
    locks_folder.write_text("in the way")

    with pytest.raises(BackendError, match="cannot write"), yard.backend.locked():
        pytest.fail("locked without a lock")
    assert yard.up(2) == 2
    assert before == yard.world.events()


def test_a_state_that_contradicts_itself_is_refused(deployed: Yard, tmp_path: Path) -> None:
    """Before anything is changed; the backup is named."""
    yard = copy(deployed, tmp_path / "yard")
    document = json.loads(yard.backend.file.read_text())
    document["checkpoint"]["latest"]["resources"].reverse()
    yard.backend.file.write_text(json.dumps(document))
    before = yard.world.events()

    assert yard.up(2) == 2
    assert "contradicts itself" in yard.error
    assert "s.json.bak" in yard.error
    assert before == yard.world.events()


def test_a_truncated_state_is_refused(deployed: Yard, tmp_path: Path) -> None:
    """The same."""
    yard = copy(deployed, tmp_path / "yard")
    assert yard.up(2) == 0
    yard.backend.file.write_text(yard.backend.file.read_text()[:1000])
    before = yard.world.events()

    assert yard.up(2) == 2
    assert "s.json is not a checkpoint" in yard.error
    assert "s.json.bak" in yard.error
    assert before == yard.world.events()


def test_a_broken_lock_stops_its_owner(deployed: Yard, tmp_path: Path) -> None:
    """Nothing more is begun, and the checkpoint is not overwritten."""
    yard = copy(deployed, tmp_path / "yard")
    before = yard.backend.file.read_text()

    def broken(place: str, moment: str) -> bool:
        for lock in locks(yard) if place == "call" else ():
            lock.unlink()
        return False

    assert yard.up(2, broken) == 2
    assert "lock was removed while it ran" in yard.error
    assert before == yard.backend.file.read_text()
    assert len(yard.world.events()) < 70


def test_cancel_refuses_to_break_a_living_owner(deployed: Yard, tmp_path: Path) -> None:
    """Unless it is forced."""
    yard = copy(deployed, tmp_path / "yard")
    with yard.backend.locked():
        with pytest.raises(LockedError, match=rf"pid {os.getpid()}.*--force"):
            yard.backend.cancel()
        yard.backend.cancel(force=True)
        assert locks(yard) == []
