"""One Pulumi program a feature, run by `python -m infra.engine`: what is planned, what is done, what the state says, and that
nothing is left to do then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.engine.__main__ import main
from infra.engine.operation import stack_backend
from infra.engine.project import load_project
from infra.engine.resource import Resource
from infra.engine.secrets import Cipher
from infra.engine.values import Secret
from tests.engine.bench import SALT

PROGRAMS = Path(__file__).parent / "programs"
ROOT = Path(__file__).parents[2]
PLUGINS = [f"--plugin={name}=tests.engine.programs.plugin:plugin" for name in ("test", "databricks")]


class Stack:
    """A program in a folder of the test. What a step is, the program reads from its environment."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        self.cloud = folder.parent / "cloud"
        self.cloud.mkdir()
        self.hooks = folder.parent / "hooks.log"
        for key, value in {"GADGETS": str(self.cloud), "HOOKS": str(self.hooks), "PULUMI_CONFIG_PASSPHRASE": "x"}.items():
            monkeypatch.setenv(key, value)
        monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
        for stack in ("dev", "user"):
            (folder / f"Pulumi.{stack}.yaml").write_text(f"encryptionsalt: {SALT}\n")

    def run(self, *arguments: str, step: int = 1, stack: str = "dev") -> tuple[int, Any]:
        """Exit code and document of one command."""
        self._monkeypatch.setenv("STEP", str(step))
        self._capsys.readouterr()
        status = main([arguments[0], "--cwd", str(self.folder), "--stack", stack, "--json", *PLUGINS, *arguments[1:]])
        documents = [json.loads(text) for text in _documents(self._capsys.readouterr().out)]
        if len(documents) < 2:
            return status, documents[0] if documents else {}
        summary = next(event["summaryEvent"] for event in documents if "summaryEvent" in event)
        said = [event["diagnosticEvent"] for event in documents if "diagnosticEvent" in event]
        return status, {"changeSummary": summary["resourceChanges"], "diagnostics": said}

    def settle(self, *, step: int = 1, stack: str = "dev", options: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        """Preview, update, and preview once more, which has nothing to do; answers what the first preview planned."""
        arguments = {"step": step, "stack": stack}
        status, preview = self.run("preview", *options, **arguments)  # type: ignore[arg-type]
        assert status == 0, preview
        status, update = self.run("up", "--skip-preview", *options, **arguments)  # type: ignore[arg-type]
        assert status == 0, update
        assert update["changeSummary"] == preview["changeSummary"]
        status, quiet = self.run("preview", *options, **arguments)  # type: ignore[arg-type]
        assert (status, set(quiet["changeSummary"])) == (0, {"same"})
        return planned(preview)

    def state(self, stack: str = "dev") -> dict[str, Resource]:
        """Resources by name."""
        backend = stack_backend(load_project(self.folder), stack)
        return {resource.name: resource for resource in backend.load("x").resources}

    def raw(self) -> dict[str, dict[str, Any]]:
        """The checkpoint's entries by name."""
        document = json.loads((self.folder.parent / "state/.pulumi/stacks/programs/dev.json").read_text())
        return {entry["urn"].rsplit("::")[-1]: entry for entry in document["checkpoint"]["latest"]["resources"]}

    def calls(self) -> list[tuple[str, str]]:
        """What the provider was called for, reads left out."""
        path = self.cloud / "calls.jsonl"
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [(what, name) for what, name, _ in found if what != "read"]

    def things(self) -> dict[str, Any]:
        """What exists, by id."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.cloud.glob("*.json"))}


Starting = Callable[[str], Stack]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Starting:
    monkeypatch.syspath_prepend(str(PROGRAMS))

    def copied(feature: str) -> Stack:
        shutil.copytree(PROGRAMS / feature, tmp_path / feature)
        return Stack(tmp_path / feature, monkeypatch, capsys)

    return copied


def _documents(output: str) -> list[str]:
    """A digest is one over many lines, a stream of events one a line."""
    return output.splitlines() if output.startswith('{"') else [output] if output else []


def planned(document: Any) -> list[tuple[str, str]]:
    """Operations and names of a preview, without stack and providers."""
    entries = [(step["op"], step["urn"]) for step in document.get("steps", [])]
    return [(operation, urn.rsplit("::")[-1]) for operation, urn in entries if "::pulumi:" not in urn]


@pytest.mark.parametrize("feature", sorted(path.parent.name for path in PROGRAMS.glob("*/Pulumi.yaml")))
def test_the_module_previews_each_program(start: Starting, feature: str) -> None:
    """In a process of its own, as a user starts it. A program whose first step must fail says why."""
    stack = start(feature)
    (stack.cloud / "theirs.json").write_text("{}")
    (stack.cloud / "found.json").write_text('{"size": 7}')
    (stack.cloud / "other.json").write_text('{"size": 1}')
    command = [sys.executable, "-m", "infra.engine", "preview", "--cwd", str(stack.folder), "--stack", "dev", "--json"]
    environment = {**os.environ, "STEP": "1", "PYTHONPATH": f"{ROOT}:{PROGRAMS}"}
    finished = subprocess.run(
        [*command, *PLUGINS, "--config", "token=hush"], env=environment, capture_output=True, text=True, check=False
    )

    assert finished.returncode == (1 if feature == "remote_component" else 0), finished.stdout + finished.stderr
    assert bool(json.loads(finished.stdout)["changeSummary"]) == (feature != "remote_component")


def test_imports(start: Starting) -> None:
    """What exists is taken over and changed where it differs; what does not exist fails, and so does another replacement."""
    stack = start("imports")
    (stack.cloud / "found.json").write_text('{"size": 7}')
    (stack.cloud / "other.json").write_text('{"size": 1}')

    assert sorted(stack.settle()) == [("import", "changed"), ("import", "same"), ("update", "changed")]
    assert stack.calls() == [("update", "changed")]
    assert (stack.raw()["same"]["importID"], stack.state()["same"].outputs["serial"]) == ("found", "#found")
    assert stack.things() == {"found": {"size": 7}, "other": {"size": 2}}

    status, failed = stack.run("up", "--skip-preview", step=2)
    assert (status, "resource 'missing' does not exist" in str(failed)) == (1, True)
    assert stack.settle(step=3) == [("update", "changed")]
    assert "importID" not in stack.raw()["changed"]


def test_resource_hooks(start: Starting) -> None:
    """Each is called with what was and what will be; a failing one fails its step, an error hook asks for another try."""
    stack = start("resource_hooks")
    stack.settle()
    stack.settle(step=2)
    stack.settle(step=3)

    assert sorted(stack.hooks.read_text().splitlines()) == sorted(
        f"{moment}_{call} {name} {size}"
        for call, name, size in [
            *(("create", name, 1) for name in ("group", "thing")),
            *(("update", name, 2) for name in ("group", "thing")),
            ("update", "group", 3),
            ("delete", "thing", 2),
        ]
        for moment in ("before", "after")
    )
    assert stack.raw()["group"]["resourceHooks"]["BeforeDelete"] == ["before_delete"]
    status, failed = stack.run("up", "--skip-preview", step=4)
    assert (status, 'before hook "refuse" failed: not today' in str(failed), stack.things()) == (1, True, {})
    stack.hooks.unlink()
    assert stack.run("up", "--skip-preview", step=5)[0] == 1
    told = stack.hooks.read_text().splitlines()
    assert [line for line in told if line.startswith("on_error")] == [f"on_error stubborn create {n}" for n in (1, 2)]


def test_delete_hooks_need_their_program(start: Starting) -> None:
    """Without it nothing is deleted, and the way out is named."""
    stack = start("resource_hooks")
    stack.run("up", "--skip-preview")
    status, failed = stack.run("destroy", "--skip-preview")

    assert (status, list(stack.things())) == (1, ["thing"])
    assert "but the program is not running. Hooks: before_delete, after_delete" in str(failed)


def test_transforms(start: Starting) -> None:
    """A resource's own come first, then its parents', then the stack's; dependencies and secrets survive them."""
    stack = start("transforms")
    stack.settle()
    state = stack.state()

    assert state["child"].inputs == {"up": "#first", "own": "yes", "at": "#first", "group": "yes", "seen": "by the stack"}
    assert state["first"].inputs == {"secret": Secret("hush"), "seen": "by the stack"}
    assert (state["first"].protect, state["child"].protect, state["group"].protect) == (True, True, False)
    assert state["child"].dependencies == (state["first"].urn,)
    assert state["programs-dev"].outputs == {"question": "another"}


def test_replace_with_and_triggers(start: Starting) -> None:
    """Each replaces what says so, and only then."""
    stack = start("replace_with")
    stack.settle()
    raw = stack.raw()
    assert (raw["follower"]["replaceWith"], raw["triggered"]["replacementTrigger"]) == ([raw["root"]["urn"]], "one")
    assert raw["quiet"]["hideDiff"] == ["size"]

    assert sorted(stack.settle(step=2)) == [("replace", "follower"), ("replace", "root")]
    assert stack.settle(step=3) == [("replace", "triggered")]
    assert stack.calls()[-2:] == [("delete", "triggered"), ("create", "triggered")]


def test_stack_references(start: Starting) -> None:
    """By plain and by full name; an unknown one is an error."""
    stack = start("stack_reference")
    stack.settle()
    stack.settle(stack="user")
    outputs = stack.state("user")["programs-user"].outputs

    assert outputs == {"plain": {"answer": 42}, "password": Secret("hush")}
    assert stack.state("user")["whole"].outputs["secretOutputNames"] == ["password"]
    assert "hush" not in (stack.folder.parent / "state/.pulumi/stacks/programs/user.json").read_text()
    status, failed = stack.run("preview", step=2, stack="user")
    assert (status, "unknown stack 'nobody'" in str(failed)) == (1, True)


def test_dynamic_providers(start: Starting) -> None:
    """Their code makes, changes and deletes; it lies encrypted in the state, so that a delete needs no program."""
    stack = start("dynamic_provider")
    options = ("--config", "suffix=.txt")
    file = stack.cloud / "one.txt"
    assert stack.settle(options=options) == [("create", "one")]
    assert (file.read_text(), stack.state()["one"].id) == ("x", "one.txt")
    raw = stack.raw()["one"]
    assert "ciphertext" in raw["inputs"]["__provider"]
    assert "ciphertext" in raw["outputs"]["__provider"]

    assert stack.settle(step=2, options=options) == [("update", "one")]
    assert file.read_text() == "xx"
    assert stack.settle(step=3, options=options) == [("delete", "one")]
    assert not file.exists()


def test_assets_and_archives(start: Starting) -> None:
    """They are hashed as Pulumi hashes them, and only what has other content differs."""
    stack = start("assets")
    stack.settle()
    raw = stack.raw()
    signature = "4dabf18193072939515e22adb298388d"
    assert raw["text"]["inputs"]["asset"] == {
        signature: "c44067f5952c0a294b673a41bacd8c17",
        "hash": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "text": "hello",
    }
    nested = raw["nested"]["inputs"]["archive"]
    assert nested["assets"]["empty"]["hash"] == "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
    assert nested["assets"]["site"]["hash"] == raw["folder"]["inputs"]["archive"]["hash"]

    assert sorted(stack.settle(step=2)) == [("update", "folder"), ("update", "nested")]


def test_deleted_with(start: Starting) -> None:
    """Nobody is called for what goes with another one; alone it is deleted as ever."""
    stack = start("deleted_with")
    stack.settle()
    assert stack.raw()["room"]["deletedWith"] == stack.raw()["house"]["urn"]
    stack.settle(step=2)
    stack.settle(step=3)

    assert [name for what, name in stack.calls() if what == "delete"] == ["tenant", "house"]


def test_custom_timeouts(start: Starting) -> None:
    """As seconds."""
    stack = start("custom_timeouts")
    stack.settle()

    assert stack.raw()["slow"]["customTimeouts"] == {"create": 5400.0, "update": 90.0, "delete": 0.5}


def test_aliases(start: Starting) -> None:
    """Whatever has changed of a name, nothing is made or deleted."""
    stack = start("aliases")
    stack.settle()
    made = stack.calls()
    assert stack.settle(step=2) == []

    assert stack.calls() == made
    assert {"typed", "renamed", "team", "orphan", "child", "team-inner", "read"} < set(stack.state())


def test_gets(start: Starting) -> None:
    """What others own is external; what the stack has is found by its URN."""
    stack = start("get")
    (stack.cloud / "theirs.json").write_text('{"size": 7}')
    stack.settle()
    state = stack.state()

    assert state["programs-dev"].outputs == {"serials": ["#theirs", "#mine"]}
    assert (state["theirs"].external, "again" in state) == (True, False)


def test_invokes(start: Starting) -> None:
    """One that depends on what is not yet made is unknown in a preview."""
    stack = start("invokes")
    stack.settle()

    assert stack.state()["programs-dev"].outputs == {"late": "why", "near": 42}


def test_config_secrets(start: Starting) -> None:
    """Nowhere in clear: not in the state, not in what is printed."""
    stack = start("config_secrets")
    secure = Cipher.open("x", SALT).encrypt("sesame")
    with (stack.folder / "Pulumi.dev.yaml").open("a") as file:
        file.write(f"config:\n  programs:token:\n    secure: {secure}\n")
    assert stack.settle() == [("create", "a")]
    state = stack.state()["a"]
    written = [path.read_text() for path in (stack.folder.parent / "state").rglob("*") if path.is_file()]
    assert not any("sesame" in text for text in written)

    assert state.inputs == {"password": Secret("sesame"), "tags": {"inner": Secret("sesame")}}
    assert state.outputs["serial"] == Secret("#a")


def test_inheritance(start: Starting) -> None:
    """By list and by map, through components and resources."""
    stack = start("inheritance")
    stack.settle()
    state = stack.state()

    def served(name: str) -> str:
        return state[name].provider.rpartition("::")[0].rpartition("::")[2]

    assert {name: served(name) for name in ("listed", "mapped", "below", "bare", "old", "new")} == {
        "listed": "one",
        "mapped": "two",
        "below": "two",
        "bare": "one",
        "old": "default_1_2_3",
        "new": "default_2_0_0_alpha_1",
    }
    assert [name for name in ("by-map", "listed", "mapped", "below", "bare") if not state[name].protect] == ["bare"]


def test_databricks_types(start: Starting) -> None:
    """The real package's classes."""
    stack = start("databricks")
    assert sorted(stack.settle()) == [("create", "bronze"), ("create", "landing")]
    assert stack.settle(step=2) == [("update", "bronze")]

    assert stack.state()["landing"].inputs["schemaName"] == "bronze"


@pytest.mark.parametrize(
    ("step", "feature"), [(1, "remote components"), (2, "methods of resources"), (3, "parameterized packages")]
)
def test_what_is_not_done_is_refused_before_anything_is_changed(start: Starting, step: int, feature: str) -> None:
    """By name."""
    stack = start("remote_component")
    status, failed = stack.run("up", "--skip-preview", step=step)

    assert (status, feature in str(failed), stack.things()) == (1, True, {})
