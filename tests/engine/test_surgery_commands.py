"""`state`, `stack`, `config`, `cancel` and `refresh` as a user runs them; on the CLI's own folder where it left one."""

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

from infra.engine import stacks
from infra.engine.__main__ import main
from infra.engine.backend import FileBackend
from infra.engine.project import load_project, load_stack_file, resolved_config
from infra.engine.secrets import Cipher
from infra.engine.values import Secret
from tests.engine.bench import Bench

GOLDEN = Path(__file__).parents[1] / "golden"
CHECKPOINTS = sorted((GOLDEN / "history").glob("*.checkpoint.json"))
ROOT = Path(__file__).parents[2]
PREFIX = "urn:pulumi:dev::t2::"
PLATFORM = f"{PREFIX}lakestead:platform:Platform::dev"
BRONZE = f"{PREFIX}lakestead:platform:Platform$databricks:index/schema:Schema::bronze"
LANDING = f"{PREFIX}lakestead:platform:Platform$databricks:index/volume:Volume::landing"
VAULT = f"{PREFIX}lakestead:platform:Platform$databricks:index/schema:Schema::vault"

Engine = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The CLI's project and state as they lay after the third step."""
    (tmp_path / "Pulumi.yaml").write_text("name: t2\nruntime: python\nbackend:\n  url: file://state\n")
    shutil.copy(GOLDEN / "Pulumi.dev.yaml", tmp_path)
    (tmp_path / "__main__.py").write_text("")
    state = tmp_path / "state/.pulumi"
    (state / "stacks/t2").mkdir(parents=True)
    (state / "meta.yaml").write_text("version: 1\n")
    shutil.copy(CHECKPOINTS[2], state / "stacks/t2/dev.json")
    shutil.copytree(GOLDEN / "history", state / "history/t2/dev")
    return tmp_path


@pytest.fixture
def engine(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Engine:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "x")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)

    def engine(*words: str, stack: str | None = "dev") -> tuple[int, str, str]:
        status = main([*words, "--cwd", str(folder), *(["--stack", stack] if stack else [])])
        told = capsys.readouterr()
        return status, told.out, told.err

    return engine


def records(folder: Path) -> dict[str, dict[str, Any]]:
    document = json.loads((folder / "state/.pulumi/stacks/t2/dev.json").read_text())
    return {record["urn"]: record for record in document["checkpoint"]["latest"]["resources"]}


def test_protection_is_taken_and_given(folder: Path, engine: Engine) -> None:
    """Of one resource or all; a backup of before is kept, and nothing but the flag changes."""
    before = records(folder)
    status, out, _ = engine("state", "unprotect", VAULT, "--yes")
    backup = Path(out.split("before: ")[1].strip())

    assert (status, before[VAULT].pop("protect"), before == records(folder)) == (0, True, True)
    assert backup.read_text() == CHECKPOINTS[2].read_text()
    assert engine("state", "protect", "--all", "--yes")[0] == 0
    assert {record["protect"] for record in records(folder).values()} == {True}


def test_what_would_break_the_state_is_refused(folder: Path, engine: Engine) -> None:
    """By the names of what stands against it."""
    before = records(folder)

    assert f"these depend on it: {LANDING}" in engine("state", "delete", BRONZE, "--yes")[2]
    assert "protected; run `state unprotect`" in engine("state", "delete", VAULT, "--yes", "--target-dependents")[2]
    assert "no such resource" in engine("state", "delete", "urn:z", "--yes")[2]
    assert "exists already" in engine("state", "rename", BRONZE, "vault", "--yes")[2]
    assert "--yes must be passed in" in engine("state", "delete", BRONZE)[2]
    assert before == records(folder)


def test_resources_are_forgotten_with_their_dependents(folder: Path, engine: Engine) -> None:
    """If so asked."""
    assert engine("state", "delete", BRONZE, "--yes", "--target-dependents")[0] == 0
    assert {BRONZE, LANDING} & set(records(folder)) == set()


def test_a_new_name_is_known_everywhere(folder: Path, engine: Engine) -> None:
    """By children, dependents and those that a provider serves."""
    provider = f"{PREFIX}pulumi:providers:databricks::ws"
    engine("state", "rename", PLATFORM, "main", "--yes")
    engine("state", "rename", BRONZE, "raw", "--yes")
    engine("state", "rename", provider, "workspace", "--yes")
    found = records(folder)
    landing = found[LANDING]

    assert landing["parent"] == f"{PREFIX}lakestead:platform:Platform::main"
    assert landing["propertyDependencies"]["schemaName"] == [BRONZE.replace("::bronze", "::raw")]
    assert landing["provider"].startswith(f"{PREFIX}pulumi:providers:databricks::workspace::")
    assert {PLATFORM, BRONZE, provider} & set(found) == set()


@pytest.mark.parametrize("version", range(1, 7))
def test_an_export_of_a_version_is_its_checkpoint(engine: Engine, version: int) -> None:
    """Each that the CLI left."""
    exported = json.loads(engine("stack", "export", "--version", str(version))[1])

    assert exported == {"version": 3, "deployment": json.loads(CHECKPOINTS[version - 1].read_text())["checkpoint"]["latest"]}


def test_an_export_shows_secrets_if_asked(engine: Engine) -> None:
    """As the CLI does: JSON text under `plaintext`."""
    shown = engine("stack", "export", "--show-secrets")[1]

    assert '"plaintext": "\\"hunter2\\""' in shown
    assert "hunter2" not in engine("stack", "export")[1]


def test_an_export_can_be_taken_in(folder: Path, engine: Engine) -> None:
    """Whole, with clear secrets encrypted; one that contradicts itself, or is of another stack, is refused."""
    file = folder / "export.json"
    engine("stack", "export", "--file", str(file), "--show-secrets")
    before = json.loads(engine("stack", "export", "--show-secrets")[1])["deployment"]["resources"]

    assert engine("stack", "import", "--file", str(file))[:2] == (0, "Import complete: 8 resources.\n")
    assert before == json.loads(engine("stack", "export", "--show-secrets")[1])["deployment"]["resources"]
    assert "hunter2" not in (folder / "state/.pulumi/stacks/t2/dev.json").read_text()

    document = json.loads(file.read_text())
    document["deployment"]["resources"].reverse()
    file.write_text(json.dumps(document))
    assert "contradicts itself" in engine("stack", "import", "--file", str(file))[2]
    file.write_text(file.read_text().replace("urn:pulumi:dev::t2", "urn:pulumi:prod::t2"))
    assert "is not of the stack t2/dev" in engine("stack", "import", "--file", str(file))[2]
    file.write_text("{")
    assert "not JSON" in engine("stack", "import", "--file", str(file))[2]


def test_history_and_outputs_of_the_cli_are_read(engine: Engine) -> None:
    """As our own."""
    listed = json.loads(engine("stack", "history", "--json")[1])

    assert [entry["kind"] for entry in listed] == ["destroy", "refresh", "update", "update", "update", "update"]
    assert engine("stack", "output", "schema")[1] == "bronze_v2\n"
    assert engine("stack", "output", "password")[1] == "[secret]\n"
    assert json.loads(engine("stack", "output", "--json", "--show-secrets")[1])["password"] == "hunter2"
    assert "does not have output property 'z'" in engine("stack", "output", "z")[2]


def test_a_stack_from_birth_to_removal(folder: Path, engine: Engine) -> None:
    """Made, selected, listed, tagged, removed."""
    assert engine("stack", "init", "test", stack=None)[1] == "Created stack 'test'\n"
    assert "already exists" in engine("stack", "init", "test", stack=None)[2]
    engine("stack", "tag", "set", "team", "streaming", stack=None)
    assert engine("stack", "tag", "get", "team", stack=None)[1] == "streaming\n"
    tags = json.loads((folder / "state/.pulumi/stacks/t2/test.pulumi-tags").read_text())
    assert tags == {"version": 1, "tags": {"team": "streaming"}}
    listed = {row["name"]: row for row in json.loads(engine("stack", "ls", "--json", stack=None)[1])}
    assert {name: (row["current"], row["resourceCount"]) for name, row in listed.items()} == {
        "dev": (False, 8),
        "test": (True, 0),
    }

    assert engine("stack", "rm", "test", "--yes", stack=None)[0] == 0
    assert not (folder / "Pulumi.test.yaml").exists()
    assert "no stack is selected" in engine("stack", "export", stack=None)[2]
    assert "still has 8 resources" in engine("stack", "rm", "dev", "--yes", stack=None)[2]
    assert "no stack named 'z' found" in engine("stack", "select", "z", stack=None)[2]
    assert engine("stack", "select", "dev", stack=None)[0] == 0
    assert engine("stack", "output", "schema", stack=None)[1] == "bronze_v2\n"


def test_configuration_keeps_what_else_the_file_holds(folder: Path, engine: Engine) -> None:
    """Comments, order, the values of others."""
    file = folder / "Pulumi.dev.yaml"
    file.write_text(file.read_text() + "  # how many\n  t2:count: 3\n")
    engine("config", "set", "plain", "good bye")
    engine("config", "set", "databricks:host", "h")
    engine("config", "set", "key", "hush", "--secret")
    engine("config", "rm", "count")
    text = file.read_text()

    assert ("# how many" in text, "count: 3" in text, "hush" in text) == (True, False, False)
    assert engine("config", "get", "key")[1] == "hush\n"
    assert json.loads(engine("config", "ls", "--json")[1]) == {
        "databricks:host": {"secret": False, "value": "h"},
        "t2:key": {"secret": True},
        "t2:plain": {"secret": False, "value": "good bye"},
        "t2:token": {"secret": True},
    }
    assert "not found for stack 'dev'" in engine("config", "get", "z")[2]


def test_another_passphrase(folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """State and configuration open with it alone; other providers are refused by name."""
    assert "'awskms://k' is not supported" in engine("stack", "change-secrets-provider", "awskms://k")[2]
    token = engine("config", "get", "token")[1]
    monkeypatch.setattr(sys, "stdin", type("Line", (), {"isatty": lambda self: False, "readline": lambda self: "y\n"})())
    assert engine("stack", "change-secrets-provider", "passphrase")[0] == 0

    assert "incorrect passphrase" in engine("stack", "output", "--show-secrets")[2]
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "y")
    assert json.loads(engine("stack", "output", "--json", "--show-secrets")[1])["password"] == "hunter2"
    assert engine("config", "get", "token")[1] == token


def test_a_change_of_the_passphrase_goes_on_where_it_was_interrupted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the stack's file and the state: run again with the same passphrases, it ends."""
    project, backend = load_project(folder), FileBackend(folder / "state", "t2", "dev")
    with monkeypatch.context() as broken:
        broken.setattr(FileBackend, "write", lambda self, text: sys.exit("killed"))
        with pytest.raises(SystemExit):
            stacks.change_passphrase(project, backend, "x", "y")
    stacks.change_passphrase(project, backend, "x", "y")
    file = load_stack_file(project, "dev")

    assert file.salt == backend.secrets_state()
    assert resolved_config(project, file, {}, Cipher.open("y", file.salt)).values["t2:token"]
    assert backend.load("y").outputs["password"] == Secret("hunter2")


def test_cancel_breaks_the_lock_of_the_dead(folder: Path, engine: Engine) -> None:
    """And of the living only by force."""
    lock = folder / "state/.pulumi/locks/organization/t2/dev/one.json"
    lock.parent.mkdir(parents=True)
    owner = {"pid": os.getpid(), "username": "ann", "hostname": os.uname().nodename, "timestamp": "2026-11-21T00:00:00Z"}
    lock.write_text(json.dumps(owner))

    assert "may still be at work" in engine("cancel", "--yes")[2]
    assert engine("cancel", "--yes", "--force")[0] == 0
    assert not lock.exists()
    assert engine("cancel", "--yes")[1] == "nobody had the stack's lock\n"


def test_refresh_as_a_command(bench: Bench) -> None:
    """What was changed and removed elsewhere is known afterwards; a preview of it keeps nothing."""
    bench.up("a = Thing('a', name='a', size=1)\nThing('b', up=a.serial)\nThing('c', name='c')")
    (bench.folder / "bench_plugin.py").write_text(
        "from pathlib import Path\nfrom tests.engine.stand_in import StandIn\n"
        "plugin = StandIn(Path(__file__).parent / 'cloud')\n"
    )
    (bench.folder / "cloud/c.json").unlink()
    (bench.folder / "cloud/a.json").write_text(json.dumps({"name": "a", "size": 5}))
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{bench.folder}", "PULUMI_CONFIG_PASSPHRASE": "x"}
    command = [sys.executable, "-m", "infra.engine", "refresh", "--cwd", str(bench.folder), "--stack", "dev"]
    command += ["--plugin", "test=bench_plugin:plugin"]

    def refresh(*options: str) -> str:
        return subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=True).stdout

    shown = json.loads(refresh("--preview-only", "--json"))
    assert (shown["changeSummary"], "c" in bench.state()) == ({"delete": 1, "same": 2, "update": 1}, True)
    assert "    ~ 1 updated\n    - 1 deleted" in refresh("--skip-preview")
    assert (sorted(bench.state()), bench.state()["a"].inputs["size"]) == (["a", "b", "bench-dev", "default"], 5)
    assert bench.preview().changes == {"create": 1, "same": 2, "update": 1}
