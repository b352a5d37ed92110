"""`python -m infra.engine`, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.engine.__main__ import main
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY
from tests.engine.bench import PRELUDE, Bench

ROOT = Path(__file__).parents[2]
PROGRAM = """
Thing("a", size=1, password=pulumi.Output.secret("hush"))
pulumi.export("answer", 42)
pulumi.export("password", pulumi.Output.secret("hush"))
print("hello")
"""


@pytest.fixture
def engine(bench: Bench) -> Engine:
    (bench.folder / "__main__.py").write_text(PRELUDE + PROGRAM)
    (bench.folder / "bench_plugin.py").write_text(
        "from pathlib import Path\nfrom tests.engine.stand_in import StandIn\n"
        "plugin = StandIn(Path(__file__).parent / 'cloud')\n"
    )
    return Engine(bench)


class Engine:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
            "PYTHONPATH": f"{ROOT}:{bench.folder}",
            "PULUMI_CONFIG_PASSPHRASE": "x",
        }

    def __call__(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.engine", verb, "--cwd", str(self.bench.folder), "--stack", "dev"]
        return subprocess.run(
            [*command, "--plugin", "test=bench_plugin:plugin", *options],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def test_a_stack_from_preview_to_destroy(engine: Engine) -> None:
    """Plain lines, no secret, exit code 0."""
    preview, update, destroy = engine("preview", "--diff"), engine("up", "--yes"), engine("destroy", "--yes")

    for finished in (preview, update, destroy):
        assert (finished.returncode, finished.stderr, "hush" in finished.stdout) == (0, "", False)
    assert preview.stdout.splitlines()[:8] == [
        "Previewing update (dev):",
        "    hello",
        "+ pulumi:pulumi:Stack: (create)",
        "    [urn=urn:pulumi:dev::bench::pulumi:pulumi:Stack::bench-dev]",
        "    + test:index:Thing: (create)",
        "        [urn=urn:pulumi:dev::bench::test:index:Thing::a]",
        "        password: [secret]",
        "        size    : 1",
    ]
    ahead, _, done = update.stdout.partition("Updating (dev):")
    assert " +  test:index:Thing a create" in ahead.splitlines()
    assert done.split("Outputs:")[1].splitlines()[1:6] == [
        "    answer  : 42",
        "    password: [secret]",
        "",
        "Resources:",
        "    + 2 created",
    ]
    assert "    - 2 deleted" in destroy.stdout.splitlines()


def test_a_preview_as_json_is_one_document(engine: Engine) -> None:
    """The CLI's digest, with what the program prints among its diagnostics."""
    preview = engine("preview", "--json")
    digest = json.loads(preview.stdout)

    assert (digest["changeSummary"], preview.stderr) == ({"create": 2}, "")
    assert digest["diagnostics"] == [{"message": "hello\n\n", "severity": "info"}]


def test_an_update_as_json_is_the_clis_stream_of_events(engine: Engine) -> None:
    """A document a line: what begins, what came out, the sum; secrets are marks."""
    lines = engine("up", "--skip-preview", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    kinds = [next(key for key in event if key not in {"sequence", "timestamp"}) for event in events]
    thing = next(event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event)

    assert [event["sequence"] for event in events] == list(range(len(events)))
    assert (kinds[0], kinds[-2:]) == ("preludeEvent", ["summaryEvent", "cancelEvent"])
    assert kinds.count("resourcePreEvent") == kinds.count("resOutputsEvent") == 2
    assert (thing["op"], thing["old"], thing["logical"], thing["detailedDiff"]) == ("create", None, True, None)
    assert (thing["new"]["id"], thing["new"]["custom"], thing["new"]["outputs"]["serial"]) == ("a", True, "#a")
    assert thing["new"]["inputs"]["password"] == {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "[secret]"}
    assert {**events[-2]["summaryEvent"], "durationSeconds": 0} == {
        "maybeCorrupt": False,
        "durationSeconds": 0,
        "resourceChanges": {"create": 2},
        "PolicyPacks": {},
        "isPreview": False,
        "result": "succeeded",
    }


def test_a_failed_step_among_the_events(engine: Engine) -> None:
    """What went wrong, the step that failed, and how far it came; no outputs of the stack."""
    (engine.bench.folder / "__main__.py").write_text(PRELUDE + 'Thing("a", fail="partial")')
    finished = engine("up", "--skip-preview", "--json")
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    failed = next(event["resOpFailedEvent"] for event in events if "resOpFailedEvent" in event)
    said = [event["diagnosticEvent"] for event in events if "diagnosticEvent" in event]

    assert (finished.returncode, failed["status"], failed["steps"]) == (1, 1, 1)
    assert (failed["metadata"]["op"], said[-1]["message"]) == ("create", "update failed\n")
    assert "half done" in said[0]["message"]
    assert not [event for event in events if "resOutputsEvent" in event]
    assert events[-2]["summaryEvent"]["result"] == "failed"


def test_what_was_not_expected_ends_with_7(engine: Engine) -> None:
    """The update is made all the same, as by the CLI."""
    first, second = engine("up", "-f", "--expect-no-changes"), engine("up", "-f", "--expect-no-changes")

    assert (first.returncode, second.returncode) == (7, 0)
    assert first.stderr == "error: no changes were expected for update but changes were proposed\n"


def test_what_is_protected_stays_with_what_it_needs(engine: Engine) -> None:
    """A destroy that leaves it succeeds; the stack is removed only when nothing is left."""
    program = "a = Thing('a')\nThing('b', up=a.serial, opts=pulumi.ResourceOptions(protect=True))\nThing('c')"
    (engine.bench.folder / "__main__.py").write_text(PRELUDE + program)
    engine("up", "-f")

    assert engine("destroy", "-f", "--exclude-protected").returncode == 0
    assert list(engine.bench.cloud.things()) == ["a", "b"]
    main(["state", "unprotect", "--all", "--yes", "--cwd", str(engine.bench.folder), "--stack", "dev"])
    assert engine("destroy", "-f", "--remove").returncode == 0
    assert not engine.bench.backend.exists()


def test_nothing_is_changed_without_being_asked(engine: Engine) -> None:
    """Where nobody can answer, `--yes` is needed."""
    finished = engine("up")

    assert (finished.returncode, engine.bench.backend.exists()) == (2, False)
    assert "--yes or --skip-preview or --preview-only must be passed in" in finished.stderr


def test_a_failure_is_told_and_ends_with_1(engine: Engine) -> None:
    """On the same lines as everything else."""
    (engine.bench.folder / "__main__.py").write_text(PRELUDE + 'Thing("a", fail="create")')
    finished = engine("up", "--skip-preview")

    assert finished.returncode == 1
    assert "    error: test:index:Thing (a): a cannot be created" in finished.stdout.splitlines()


def test_state_lies_where_the_environment_says(engine: Engine) -> None:
    """Over what the project says; a place that nobody names is an error."""
    elsewhere = engine.bench.folder / "elsewhere"
    engine.environment["PULUMI_BACKEND_URL"] = f"file://{elsewhere}"
    assert engine("up", "--yes").returncode == 0
    assert (elsewhere / ".pulumi/stacks/bench/dev.json").exists()

    del engine.environment["PULUMI_BACKEND_URL"]
    (engine.bench.folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
    assert "backend.url: not set" in engine("preview").stderr


def test_the_passphrase_may_lie_in_a_file(engine: Engine) -> None:
    """As under the CLI."""
    (engine.bench.folder / "phrase").write_text("x\n")
    del engine.environment["PULUMI_CONFIG_PASSPHRASE"]
    engine.environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(engine.bench.folder / "phrase")

    assert engine("preview").returncode == 0
    engine.environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = "/nowhere"
    assert "cannot read /nowhere" in engine("preview").stderr


def test_an_update_of_a_new_stack_wants_a_passphrase_before_it_makes_anything(engine: Engine) -> None:
    """Which values are secret is known only when resources are there, and then it is too late to have no key."""
    (engine.bench.folder / "Pulumi.dev.yaml").unlink()
    del engine.environment["PULUMI_CONFIG_PASSPHRASE"]

    refused = engine("up", "--yes")

    assert refused.returncode == 1
    assert "the stack is new, and no passphrase was given" in refused.stderr
    assert engine.bench.cloud.things() == {}
    assert engine("preview").returncode == 0


def test_an_update_whose_caller_is_killed_ends_in_order(engine: Engine) -> None:
    """What is under way is finished and written; the lock is let go by the process that did so."""
    folder = engine.bench.folder
    with (folder / "bench_plugin.py").open("a") as file:
        file.write("plugin.slow = 0.5\n")
    (folder / "__main__.py").write_text(PRELUDE + "a = Thing('a')\nThing('b', up=a.serial)")
    command = [sys.executable, "-m", "infra.engine", "up", "--skip-preview", "--cwd", str(folder), "--stack", "dev"]
    caller = subprocess.Popen(
        [*command, "--plugin", "test=bench_plugin:plugin"], env=engine.environment, stdout=subprocess.DEVNULL
    )
    until(lambda: bool(engine.bench.cloud.calls()))
    caller.kill()
    caller.wait()
    until(lambda: bool(engine.bench.backend.history()))

    assert ("a" in engine.bench.state(), list(engine.bench.cloud.things())) == (True, ["a"])
    assert engine.bench.backend.history()[0]["result"] == "failed"
    assert engine.bench.up(wait=10).changes == {"create": 1, "same": 2}


def until(condition: Callable[[], bool]) -> None:
    """Wait for another process; there is nothing else that could tell."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_cancel_releases_a_killed_update(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Not without a yes, and not a living one."""
    engine.bench.up('Thing("a", fail="die")')
    place = ["--cwd", str(engine.bench.folder), "--stack", "dev"]

    assert main(["cancel", *place]) == 2
    assert "--yes must be passed in" in capsys.readouterr().err
    assert engine.bench.backend.has_journal()
    assert main(["cancel", *place, "--yes"]) == 0
    assert "a process that is no longer running" in capsys.readouterr().out
    assert [item.type for item in engine.bench.backend.load("x").pending] == ["creating"]
    with engine.bench.backend.locked():
        assert main(["cancel", *place, "--yes"]) == 1
        assert "may still be at work" in capsys.readouterr().err
