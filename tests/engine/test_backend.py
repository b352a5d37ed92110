"""The file backend, its lock and its history."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.engine import files
from infra.engine.backend import FileBackend
from infra.engine.errors import BackendError, CorruptStateError, LockedError
from infra.engine.history import Entry

GOLDEN = Path(__file__).parents[1] / "golden"
EMPTY = '{"version":3,"checkpoint":{"stack":"organization/shop/dev","latest":{"metadata":{}}}}'


@pytest.fixture
def backend(tmp_path: Path) -> FileBackend:
    return FileBackend(tmp_path, "shop", "dev", clock=lambda: 1_795_224_927_171_254_052)


def entry(*, succeeded: bool = True) -> Entry:
    return Entry(
        kind="update",
        started=1_795_224_920,
        ended=1_795_224_927,
        succeeded=succeeded,
        changes={"same": 1, "create": 2},
        config={"shop:plain": "hello", "shop:token": {"secure": "v1:a:b"}, "shop:list": [1]},
        environment={"exec.kind": "embedded"},
        message="because",
    )


def test_a_stack_that_was_never_written_is_empty(backend: FileBackend) -> None:
    """Looking at it makes no file."""
    assert (backend.exists(), backend.load().resources, backend.history()) == (False, (), [])
    assert list(backend.file.parents[2].glob("**/*")) == []


def test_state_lies_where_the_cli_looks_for_it(backend: FileBackend, tmp_path: Path) -> None:
    """The layout is marked with its version, the state of before is kept beside."""
    backend.write(EMPTY)
    backend.write(EMPTY + " ")

    root = tmp_path / ".pulumi"
    assert {str(path.relative_to(root)): path.read_text() for path in root.glob("**/*") if path.is_file()} == {
        "meta.yaml": "version: 1\n",
        "stacks/shop/dev.json": EMPTY + " ",
        "stacks/shop/dev.json.bak": EMPTY,
    }


def test_a_write_that_fails_leaves_the_state_of_before(backend: FileBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no litter."""
    backend.write(EMPTY)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackendError, match="No space left on device; the file of before is untouched"):
        backend.write("{}")

    assert backend.read() == EMPTY
    assert [path.name for path in backend.file.parent.iterdir()] == ["dev.json"]


def test_a_truncated_state_is_refused(backend: FileBackend) -> None:
    """By its name, with that of its backup."""
    backend.write(EMPTY)
    backend.file.write_text(EMPTY[:40])

    with pytest.raises(CorruptStateError, match=r"dev\.json is not a checkpoint.*dev\.json\.bak"):
        backend.load()


def test_another_layout_is_refused(backend: FileBackend, tmp_path: Path) -> None:
    """An unknown version of it, or the one without projects."""
    (tmp_path / ".pulumi/stacks").mkdir(parents=True)
    (tmp_path / ".pulumi/stacks/dev.json").write_text(EMPTY)
    with pytest.raises(BackendError, match="state upgrade"):
        backend.read()
    (tmp_path / ".pulumi/meta.yaml").write_text("version: 2\n")
    with pytest.raises(BackendError, match="knows version 1"):
        backend.read()


def test_a_held_lock_is_refused_with_its_owner(backend: FileBackend, tmp_path: Path) -> None:
    """Name, process, host, time, and the way out; the other's lock stays."""
    with backend.locked():
        (path,) = (tmp_path / ".pulumi/locks/organization/shop/dev").iterdir()
        owner = json.loads(path.read_text())
        with pytest.raises(LockedError) as refusal, backend.locked():
            pytest.fail("two hold the lock")
        assert [path] == list(path.parent.iterdir())

    for part in (owner["username"], str(os.getpid()), socket.gethostname(), "2026-11-21T01:35:27", "pulumi cancel", str(path)):
        assert part in str(refusal.value)
    assert list(path.parent.iterdir()) == []


def test_a_lock_of_the_cli_is_honoured(backend: FileBackend, tmp_path: Path) -> None:
    """One whose process is gone is said to be so, but not removed."""
    folder = tmp_path / ".pulumi/locks/organization/shop/dev"
    folder.mkdir(parents=True)
    lock = {"pid": 2**22 + 1, "username": "ann", "hostname": socket.gethostname(), "timestamp": "2026-11-21T01:35:26.5Z"}
    (folder / "c0ffee.json").write_text(json.dumps(lock))

    with pytest.raises(LockedError, match=r"ann@.*no longer running"), backend.locked():
        pytest.fail("the lock was ignored")

    assert (folder / "c0ffee.json").exists()


def test_history_is_listed_as_the_cli_lists_it(backend: FileBackend) -> None:
    """Newest first, secrets not even encrypted."""
    backend.write(EMPTY)
    backend.append_history(entry())

    assert backend.history() == [
        {
            "version": 1,
            "kind": "update",
            "startTime": "2026-11-21T01:35:20.000Z",
            "message": "because",
            "environment": {"exec.kind": "embedded"},
            "config": {
                "shop:plain": {"value": "hello", "secret": False},
                "shop:token": {"secret": True},
                "shop:list": {"value": "[1]", "secret": False},
            },
            "result": "succeeded",
            "endTime": "2026-11-21T01:35:27.000Z",
            "resourceChanges": {"create": 2, "same": 1},
        }
    ]
    assert backend.history_checkpoint(1) == EMPTY
    with pytest.raises(BackendError, match="version 2 is not in the history of dev"):
        backend.history_checkpoint(2)


def test_each_update_leaves_a_backup(backend: FileBackend, tmp_path: Path) -> None:
    """Under the name that the CLI gives it."""
    backend.write(EMPTY)
    backend.append_history(entry(succeeded=False))

    assert (tmp_path / ".pulumi/backups/shop/dev/dev.1795224927171254052.json").read_text() == EMPTY
    assert backend.history()[0]["result"] == "failed"


def test_history_written_by_the_cli_is_read(tmp_path: Path) -> None:
    """Entry by entry, with its state."""
    folder = tmp_path / ".pulumi/history/t2/dev"
    shutil.copytree(GOLDEN / "history", folder)
    backend = FileBackend(tmp_path, "t2", "dev")
    expected = json.loads((GOLDEN / "history.json").read_text())
    listed = [{**item, "version": 0} for item in backend.history()]

    assert expected == listed[1:]
    assert json.loads(backend.history_checkpoint(6))["checkpoint"]["latest"].get("resources") is None


@pytest.mark.parametrize(
    "write", [lambda path: files.write(path, "new"), lambda path: files.write(path, "new", keep_previous=True)]
)
def test_a_file_is_replaced_with_its_mode(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """State is for its owner only."""
    path = tmp_path / "deep" / "file"
    write(path)

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
