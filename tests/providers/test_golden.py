"""The golden stack of Pulumi's CLI with the official provider: checked inputs and diffs of its four updates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.engine.ports import Subject
from tests.providers.recording import program_inputs
from tests.providers.scripted import Script, provider_on

GOLDEN = Path(__file__).parents[1] / "golden"
PROVIDER = provider_on(Script({}))


def steps(number: int) -> list[dict[str, Any]]:
    """The resources of this provider in a preview."""
    preview = json.loads((GOLDEN / f"step{number}.preview.json").read_text())
    return [step for step in preview["steps"] if "$databricks:" in step["urn"]]


def subject_of(step: dict[str, Any]) -> Subject:
    return Subject(step["urn"], step["urn"].split("$")[-1].split("::")[0], step["urn"].rsplit("::", 1)[1])


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_inputs_of_every_step_are_completed_alike(number: int) -> None:
    """`__defaults` included."""
    found = [step for step in steps(number) if "newState" in step]
    assert found
    for step in found:
        official = step["newState"]["inputs"]
        assert PROVIDER.check(subject_of(step), None, program_inputs(official)).inputs == official


@pytest.mark.parametrize("number", [2, 3])
def test_the_differences_of_every_step_are_the_same(number: int) -> None:
    """Without `odbcParams`, which the official provider takes for new for ever where a workspace answers none."""
    for step in steps(number):
        official = {path: shown["kind"] for path, shown in (step["detailedDiff"] or {}).items() if path != "odbcParams"}
        if "newState" not in step or step["detailedDiff"] is None:
            continue
        old, new = step["oldState"], step["newState"]
        diff = PROVIDER.diff(subject_of(step), old["id"], old["inputs"], old["outputs"], new["inputs"])
        assert {path: shown.kind for path, shown in (diff.detailed or {}).items()} == official
        assert diff.replaces == tuple(step.get("replaceReasons") or ())
        assert diff.delete_before_replace == bool(old.get("pendingReplacement"))
