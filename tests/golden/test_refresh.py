"""Refresh and destroy against what the CLI wrote, on its own state folder as it lay after the fourth step.

The recorded refresh ran right after that step: nothing had changed but a computed field of the warehouse, which the fake
workspace of the recording left empty and the official provider reports each time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.engine.backend import FileBackend
from infra.engine.display import Display
from infra.engine.events import Event
from infra.engine.operation import Kind, Request, Result, run
from infra.engine.secrets import Cipher
from tests.golden import canonical
from tests.golden.official import OfficialStandIn

HERE = Path(__file__).parent
PASSPHRASE = "x"
SALT = "v1:i8qBwzmuu4A=:v1:lGki/S0uxbASLP1l:/v9L7rOaQQX3qe/L5PkNF5XDSDNrWw=="
CHECKPOINTS = sorted((HERE / "history").glob("*.checkpoint.json"))
AFTER_UPDATES, AFTER_REFRESH, AFTER_DESTROY = CHECKPOINTS[3:]
KEPT = ("kind", "result", "message", "config", "resourceChanges")

Play = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The CLI's state folder after the fourth step, with the history up to it."""
    (tmp_path / "Pulumi.yaml").write_text("name: t2\nruntime: python\nbackend:\n  url: file://state\n")
    shutil.copy(HERE / "Pulumi.dev.yaml", tmp_path)
    shutil.copy(HERE / "program.py", tmp_path / "__main__.py")
    state = tmp_path / "state" / ".pulumi"
    (state / "stacks" / "t2").mkdir(parents=True)
    (state / "meta.yaml").write_text("version: 1\n")
    shutil.copy(AFTER_UPDATES, state / "stacks" / "t2" / "dev.json")
    history = state / "history" / "t2" / "dev"
    history.mkdir(parents=True)
    for checkpoint in CHECKPOINTS[:4]:
        shutil.copy(checkpoint, history)
        shutil.copy(checkpoint.with_name(checkpoint.name.replace("checkpoint", "history")), history)
    return tmp_path


@pytest.fixture
def play(project: Path) -> Play:
    def play(kind: Kind, *, diff: bool = False, listener: Callable[[Event], None] | None = None, **more: Any) -> Result:
        request = Request(
            kind=kind,
            project=project,
            stack="dev",
            plugins={"databricks": OfficialStandIn(AFTER_REFRESH, PASSPHRASE)},
            passphrase=PASSPHRASE,
            environment={"STEP": "5", "WS": "http://127.0.0.1:8080"},
            **more,
        )
        return run(request, listener or (lambda event: None))

    return play


def state(project: Path) -> list[dict[str, Any]]:
    document = json.loads((project / "state/.pulumi/stacks/t2/dev.json").read_text())
    return canonical.resources(document["checkpoint"]["latest"].get("resources", []), Cipher.open(PASSPHRASE, SALT))


def recorded(checkpoint: Path) -> list[dict[str, Any]]:
    latest = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
    return canonical.resources(latest.get("resources", []), Cipher.open(PASSPHRASE, SALT))


def test_refresh_finds_what_the_cli_found(project: Path, play: Play) -> None:
    """The same state, counts and history entry."""
    result = play("refresh")
    expected, actual = (
        json.loads((HERE / "history.json").read_text())[0],
        FileBackend(project / "state", "t2", "dev").history()[0],
    )

    assert (result.succeeded, result.changes) == (True, {"same": 6, "update": 1})
    assert recorded(AFTER_REFRESH) == state(project)
    assert {key: expected[key] for key in KEPT} == {key: actual[key] for key in KEPT}


def test_a_second_refresh_and_a_preview_change_nothing_more(project: Path, play: Play) -> None:
    """No spurious change, before the refresh or after it."""
    expected = canonical.preview(json.loads((HERE / "step5.preview.json").read_text()))
    before = canonical.preview(dict(play("preview").digest))
    play("refresh")
    once = state(project)
    play("refresh")

    assert (expected, once) == (before, state(project))
    assert play("preview").changes == {"same": 6, "update": 1}


def test_preview_of_a_refresh_shows_and_keeps_nothing(project: Path, play: Play) -> None:
    """`update` with the difference turned round, `refresh` for what stays; the state is not written."""
    before = (project / "state/.pulumi/stacks/t2/dev.json").read_text()
    digest = play("preview-refresh").digest
    shown = {step["urn"].rsplit("::", 1)[1]: (step["op"], step["detailedDiff"]) for step in digest["steps"]}

    assert digest["changeSummary"] == {"same": 6, "update": 1}
    assert shown["etl"] == ("update", {"odbcParams": {"kind": "delete", "inputDiff": False}})
    assert {operation for name, (operation, _) in shown.items() if name != "etl"} == {"refresh"}
    assert before == (project / "state/.pulumi/stacks/t2/dev.json").read_text()


def test_lines_of_a_refresh(play: Play) -> None:
    """What is unchanged is counted, not listed."""
    lines: list[str] = []
    play("refresh", listener=Display("refresh", "dev", lines.append))

    assert lines[:2] == ["Refreshing (dev):", lines[1]]
    assert lines[1].startswith(" ~  databricks:index:SqlEndpoint etl updated (")
    counts = [line for line in lines if line.endswith(" updated") or "unchanged" in line]
    assert counts == ["    ~ 1 updated", "    6 unchanged"]


def test_destroy_ends_where_the_cli_ended(project: Path, play: Play) -> None:
    """After the refresh: an empty state and seven deletes."""
    play("refresh")
    result = play("destroy")
    expected = json.loads(AFTER_DESTROY.with_name(AFTER_DESTROY.name.replace("checkpoint", "history")).read_text())
    actual = FileBackend(project / "state", "t2", "dev").history()[0]

    assert (result.succeeded, result.changes) == (True, expected["resourceChanges"])
    assert recorded(AFTER_DESTROY) == state(project) == []
    assert (expected["kind"], expected["result"]) == (actual["kind"], actual["result"])


def test_update_and_destroy_may_refresh_first(project: Path, play: Play) -> None:
    """What the refresh finds is not counted: the update's own steps are."""
    assert play("up", refresh=True).changes == {"same": 6, "update": 1}
    assert play("destroy", refresh=True).changes == {"delete": 7}
    assert state(project) == []
