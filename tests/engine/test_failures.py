"""What is left when something fails, and what the next update makes of it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from infra.engine.errors import BackendError, CorruptStateError, LockedError, SecretsError
from infra.engine.events import Diagnostic, Event, Interrupted, StepEnded
from infra.engine.operation import Request, run
from tests.engine.bench import Bench


def failures(bench: Bench) -> list[tuple[str, str]]:
    return [(event.name, event.error) for event in bench.events if isinstance(event, StepEnded) and event.error]


def test_a_failed_create_keeps_what_was_made(bench: Bench) -> None:
    """Nothing that depends on it is begun, nothing is deleted; the next update goes on."""
    bench.up('Thing("old")')
    result = bench.up('a = Thing("a")\nb = Thing("b", fail="create", up=a.serial)\nThing("c", up=b.serial)')

    assert (result.succeeded, list(bench.cloud.things())) == (False, ["a", "old"])
    assert result.error == "creating urn:pulumi:dev::bench::test:index:Thing::b: b cannot be created"
    assert failures(bench) == [("b", "b cannot be created")]
    assert sorted(bench.state()) == ["a", "bench-dev", "default", "old"]
    assert bench.backend.history()[0]["result"] == "failed"

    mended = bench.up('a = Thing("a")\nb = Thing("b", up=a.serial)\nThing("c", up=b.serial)')
    assert mended.changes == {"create": 2, "delete": 1, "same": 2}


def test_a_failed_update_keeps_the_old_state(bench: Bench) -> None:
    """It is tried again."""
    bench.up('Thing("a", size=1)')
    result = bench.up('Thing("a", size=2, fail="update")')

    assert (result.succeeded, bench.state()["a"].inputs) == (False, {"size": 1})
    assert bench.up('Thing("a", size=2)').changes == {"same": 1, "update": 1}


def test_a_failed_delete_is_tried_again(bench: Bench) -> None:
    """What was deleted is forgotten, the rest is not."""
    bench.up('a = Thing("a", fail="delete")\nThing("b", up=a.serial)')
    result = bench.up("")

    assert (result.succeeded, result.changes) == (False, {"delete": 1, "same": 1})
    assert sorted(bench.state()) == ["a", "bench-dev", "default"]


def test_a_failed_replacement_leaves_the_old_one(bench: Bench) -> None:
    """If the new one was to be made first."""
    bench.up('Thing("a", name="a1")')
    bench.up('Thing("a", name="a2", fail="create")')

    assert (list(bench.cloud.things()), bench.state()["a"].id) == (["a1"], "a1")
    assert bench.up('Thing("a", name="a2")').changes == {"replace": 1, "same": 1}


def test_a_replacement_interrupted_after_its_delete_is_finished(bench: Bench) -> None:
    """The state knows that the old one is gone; one that is no longer wanted is forgotten without a call."""
    bench.up('Thing("a", name="a1", fixed=True)\nThing("b", name="b1", fixed=True)')
    bench.up('Thing("a", name="a2", fixed=True, fail="create")\nThing("b", name="b1", fixed=True)')
    assert bench.state()["a"].pending_replacement
    calls = len(bench.cloud.calls())

    again = bench.up('Thing("a", name="a2", fixed=True)\nThing("b", name="b1", fixed=True)')
    assert (again.changes, [call[:2] for call in bench.cloud.calls()[calls:]]) == ({"replace": 1, "same": 2}, [["create", "a"]])

    bench.up('Thing("a", name="a3", fixed=True, fail="create")\nThing("b", name="b1", fixed=True)')
    calls = len(bench.cloud.calls())
    forgotten = bench.up('Thing("b", name="b1", fixed=True)')
    assert (forgotten.changes, bench.cloud.calls()[calls:], "a" in bench.state()) == ({"same": 2}, [], False)


def test_a_thing_half_made_is_kept_and_updated(bench: Bench) -> None:
    """The update fails; the next one tries to finish it."""
    result = bench.up('Thing("a", fail="partial")')
    kept = bench.state()["a"]

    assert (result.succeeded, kept.id, kept.init_errors) == (False, "a", ("half done",))
    assert bench.up('Thing("a", fail="partial")').changes == {"same": 1, "update": 1}
    assert bench.state()["a"].init_errors == ()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ('raise ValueError("user bug")', 'line 18, in <module>\n    raise ValueError("user bug")\nValueError: user bug'),
        ('raise pulumi.RunError("no, thanks")', "no, thanks"),
        ("raise SystemExit(3)", "non-zero exit code: 3"),
        ('Thing("a").serial.apply(lambda serial: 1 / 0)', "ZeroDivisionError: division by zero"),
        ("import nowhere", "No module named 'nowhere'"),
        ("a = = b", "SyntaxError"),
    ],
)
def test_a_program_that_fails_deletes_nothing(bench: Bench, program: str, said: str) -> None:
    """What it registered before stands; the error shows its own lines only."""
    bench.up('Thing("old")')
    result = bench.up(f"pulumi.export('x', 1)\n{program}")

    assert not result.succeeded
    assert said in str(result.error)
    assert "infra/engine" not in str(result.error)
    assert "old" in bench.cloud.things()
    assert "old" in bench.state()


def test_outputs_that_a_failed_program_did_not_export_stay(bench: Bench) -> None:
    """Those that it did are new."""
    bench.up("pulumi.export('a', 1)\npulumi.export('b', 1)")
    bench.up("pulumi.export('a', 2)\nThing('x', fail='create')")

    assert bench.backend.load("x").outputs == {"a": 2, "b": 1}


def test_inputs_that_a_provider_refuses_are_named(bench: Bench) -> None:
    """Already in a preview."""
    result = bench.preview('Thing("a", size="big")')

    assert result.error == "test:index:Thing resource 'a': property size value {big} has a problem: must be a number"
    assert [event.message for event in bench.events if isinstance(event, Diagnostic)] == [result.error]


def test_a_name_is_taken_once(bench: Bench) -> None:
    """As under the CLI."""
    assert "Duplicate resource URN" in str(bench.up('Thing("a")\nThing("a")').error)


def test_a_killed_process_is_told_and_leaves_what_it_had_written(bench: Bench) -> None:
    """The next update takes its lock over, warns of what nobody can look for, and goes on."""
    bench.up('Thing("old")')
    bench.cloud.slow = 0.3
    result = bench.up('a = Thing("old")\nThing("dies", up=a.serial, fail="die")')

    assert "was killed by signal 9 (SIGKILL)" in str(result.error)
    pending = bench.backend.load("x").pending
    assert [(item.type, item.resource.name) for item in pending] == [("creating", "dies")]

    bench.cloud.slow = 0
    assert bench.up('a = Thing("old")\nThing("dies", up=a.serial)').succeeded
    told = [event.message for event in bench.events if isinstance(event, Diagnostic)]
    assert ["what its journal holds is in the state now" in told[0], "interrupted while creating" in told[1]] == [True, True]
    assert bench.backend.load("x").pending == ()


def test_an_interrupted_update_finishes_what_is_under_way(bench: Bench) -> None:
    """And begins nothing more; its state is whole, its lock is gone."""
    (bench.folder / "__main__.py").touch()
    bench.cloud.slow = 0.5

    def interrupt() -> None:
        while not bench.cloud.calls():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    result = bench.up("a = Thing('a')\nThing('b', up=a.serial)", parallel=1)
    helper.join()

    assert (result.succeeded, list(bench.cloud.things())) == (False, ["a"])
    assert "interrupted by SIGINT" in str(result.error)
    assert Interrupted(1) in bench.events
    assert "a" in bench.state()


def test_a_listener_that_fails_ends_the_operation(bench: Bench) -> None:
    """The child is not left behind, the lock not kept."""
    (bench.folder / "__main__.py").write_text("")

    def listener(event: Event) -> None:
        raise RuntimeError("no longer listening")

    with pytest.raises(RuntimeError, match="no longer listening"):
        run(
            Request(kind="up", project=bench.folder, stack="dev", plugins={}, passphrase="x"),
            listener,
        )
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    with bench.backend.locked():
        pass


def test_an_update_holds_the_lock(bench: Bench) -> None:
    """A second one is refused, a preview is not."""
    bench.up("")
    with bench.backend.locked():
        assert bench.preview().succeeded
        with pytest.raises(LockedError):
            bench.up()


def test_what_keeps_an_operation_from_starting_is_raised(bench: Bench) -> None:
    """A wrong passphrase, none at all, a damaged state."""
    bench.up("")
    with pytest.raises(SecretsError, match="incorrect passphrase"):
        bench.up(passphrase="y")
    with pytest.raises(SecretsError, match="no passphrase was given"):
        bench.preview(passphrase=None)
    bench.backend.file.write_text("{")
    with pytest.raises(CorruptStateError):
        bench.up()


def test_a_state_that_cannot_be_written_stops_the_update(bench: Bench) -> None:
    """Before more is done than can be recorded."""
    bench.up("")
    stacks = bench.backend.file.parent
    bench.cloud.sabotage = lambda: (stacks.rename(stacks.with_name("gone")), stacks.write_text("in the way"))
    with pytest.raises(BackendError, match="cannot write"):
        bench.up('a = Thing("a")\nThing("b", up=a.serial)')


def test_the_salt_of_a_new_stack_is_kept(bench: Bench, tmp_path: Path) -> None:
    """In the stack's file, where the CLI looks for it, and in the state; previews keep nothing."""
    (tmp_path / "Pulumi.dev.yaml").unlink()
    bench.preview("")
    assert not (tmp_path / "Pulumi.dev.yaml").exists()
    bench.up("")
    salt = bench.raw_state()["checkpoint"]["latest"]["secrets_providers"]["state"]["salt"]

    assert (tmp_path / "Pulumi.dev.yaml").read_text() == f"encryptionsalt: {salt}\n"
    assert json.dumps(salt) in bench.backend.file.read_text()
