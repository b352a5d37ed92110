"""The engine against what Pulumi's own CLI wrote for `program.py`, step by step: create, update, replace, delete.

The recording used the official provider on a fake workspace; `official.OfficialStandIn` answers as it did.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.engine.backend import FileBackend
from infra.engine.operation import Kind, Request, Result, run
from infra.engine.secrets import Cipher
from infra.engine.values import Secret
from tests.golden import canonical
from tests.golden.official import OfficialStandIn

HERE = Path(__file__).parent
PASSPHRASE = "x"
STEPS = (1, 2, 3, 4)
SALT = "v1:i8qBwzmuu4A=:v1:lGki/S0uxbASLP1l:/v9L7rOaQQX3qe/L5PkNF5XDSDNrWw=="


def golden(name: str) -> Any:
    return json.loads((HERE / name).read_text())


@pytest.fixture(scope="module")
def cipher() -> Cipher:
    return Cipher.open(PASSPHRASE, SALT)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("t2")
    (folder / "Pulumi.yaml").write_text("name: t2\nruntime: python\nbackend:\n  url: file://state\n")
    shutil.copy(HERE / "Pulumi.dev.yaml", folder)
    shutil.copy(HERE / "program.py", folder / "__main__.py")
    (folder / "state").mkdir()
    return folder


@pytest.fixture(scope="module")
def play(project: Path) -> Callable[[int, Kind], Result]:
    """Run the recorded program as of a step."""

    def play(step: int, kind: Kind) -> Result:
        request = Request(
            kind=kind,
            project=project,
            stack="dev",
            plugins={"databricks": OfficialStandIn(HERE / f"step{step}.export.json", PASSPHRASE)},
            passphrase=PASSPHRASE,
            environment={"STEP": str(step), "WS": "http://127.0.0.1:8080"},
        )
        return run(request, lambda event: None)

    return play


@pytest.fixture(scope="module")
def played(project: Path, play: Callable[[int, Kind], Result]) -> dict[int, tuple[Result, Result, dict[str, Any]]]:
    """For each step its preview, its update, and the state after it."""
    found = {}
    backend = FileBackend(project / "state", "t2", "dev")
    for step in STEPS:
        preview, update = play(step, "preview"), play(step, "up")
        found[step] = (preview, update, json.loads(backend.file.read_text()))
    return found


Played = dict[int, tuple[Result, Result, dict[str, Any]]]


@pytest.mark.parametrize("step", STEPS)
def test_preview_is_what_the_cli_previews(played: Played, step: int) -> None:
    """Each step's digest has the CLI's operations, states, reasons and detailed diffs."""
    assert canonical.preview(golden(f"step{step}.preview.json")) == canonical.preview(dict(played[step][0].digest))


@pytest.mark.parametrize("step", STEPS)
def test_state_is_what_the_cli_exports(played: Played, cipher: Cipher, step: int) -> None:
    """Each step leaves the state that the CLI left."""
    expected = canonical.resources(golden(f"step{step}.export.json")["deployment"]["resources"], cipher)

    assert expected == canonical.resources(played[step][2]["checkpoint"]["latest"]["resources"], cipher)


def test_history_counts_what_the_cli_counts(played: Played, project: Path) -> None:
    """Each update's entry has the CLI's kind, result, configuration and counts."""
    kept = ("kind", "result", "message", "config", "resourceChanges")
    actual = FileBackend(project / "state", "t2", "dev").history()
    expected = golden("history.json")[1:]  # the first is a refresh, which the recording did last

    assert [{key: entry[key] for key in kept} for entry in expected] == [{key: entry[key] for key in kept} for entry in actual]


def test_state_written_by_the_cli_is_carried_on(project: Path, tmp_path: Path) -> None:
    """A checkpoint of the CLI is read whole: every resource, every secret, nothing unknown left over."""
    backend = FileBackend(tmp_path, "t2", "dev")
    source = sorted((HERE / "history").glob("*.checkpoint.json"))[0]
    backend.file.parent.mkdir(parents=True)
    shutil.copy(source, backend.file)

    checkpoint = backend.load(PASSPHRASE)

    assert len(json.loads(source.read_text())["checkpoint"]["latest"]["resources"]) == len(checkpoint.resources)
    assert checkpoint.outputs["password"] == Secret("hunter2")
    assert [resource.extra for resource in checkpoint.resources if resource.extra] == []


def test_second_preview_of_the_last_step_changes_nothing_but_what_the_recording_does(
    played: Played, play: Callable[[int, Kind], Result]
) -> None:
    """What step 4 did is done: only the warehouse's computed field, empty in the recorded workspace, comes up again."""
    assert play(4, "preview").changes == {"same": 6, "update": 1}
