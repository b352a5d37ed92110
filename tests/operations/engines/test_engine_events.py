"""The CLI's engine events, one kind after the other."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation import EngineEvent

from infra.engine.events import Diagnostic, Event, ProgramOutput, StepEnded, StepStarted
from infra.engine.ports import PropertyDiff
from infra.engine.values import UNKNOWN
from infra.operations.engines.engine_events import Translation

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
SCHEMA = "urn:pulumi:dev::shop::databricks:index/schema:Schema::bronze"
TYPE = "databricks:index/schema:Schema"


def translated(*events: dict[str, Any]) -> tuple[Translation, list[Event]]:
    """What comes of events, each a second after the other."""
    ticks = iter(range(1000))
    translation = Translation(lambda: float(next(ticks)))
    found = [record for event in events for record in translation.translate(EngineEvent.from_json(event))]
    return translation, found


def pre(op: str, **metadata: Any) -> dict[str, Any]:
    return {"resourcePreEvent": {"metadata": {"op": op, "urn": SCHEMA, "type": TYPE, **metadata}}}


def outputs(op: str, **metadata: Any) -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"op": op, "urn": SCHEMA, "type": TYPE, **metadata}}}


def said(message: str, severity: str = "info", **more: Any) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": message, "color": "raw", "severity": severity, **more}}


def test_a_step_has_both_sides_and_what_differs() -> None:
    _, found = translated(
        pre(
            "replace",
            old={"type": TYPE, "urn": SCHEMA, "inputs": {"name": "a"}},
            new={"type": TYPE, "urn": SCHEMA, "inputs": {"name": "b"}},
            diffs=["name"],
            keys=["name"],
            detailedDiff={"name": {"diffKind": "update-replace", "inputDiff": False}},
        )
    )

    detailed = {"name": PropertyDiff("update-replace", input_diff=False)}
    assert found == [
        StepStarted("replace", SCHEMA, TYPE, "bronze", {"name": "a"}, {"name": "b"}, ("name",), ("name",), detailed)
    ]


def test_what_a_preview_cannot_know_is_unknown() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    _, found = translated(pre("create", new={"inputs": {"a": [unknown], "b": {"c": unknown}}}))

    assert found == [StepStarted("create", SCHEMA, TYPE, "bronze", {}, {"a": [UNKNOWN], "b": {"c": UNKNOWN}})]


def test_an_unchanged_resource_shows_no_sides() -> None:
    """As the embedded engine tells of it."""
    _, found = translated(pre("same", old={"inputs": {"a": 1}}, new={"inputs": {"a": 1}}))

    assert found == [StepStarted("same", SCHEMA, TYPE, "bronze")]


def test_the_time_between_beginning_and_outputs_is_the_steps() -> None:
    _, [_, ended] = translated(pre("create"), outputs("create"))

    assert ended == StepEnded("create", SCHEMA, TYPE, "bronze", 1.0)


def test_outputs_that_come_again_end_nothing() -> None:
    _, found = translated(pre("create"), outputs("create"), outputs("create"))

    assert len(found) == 2


def test_a_step_without_an_end_ends_with_the_operation() -> None:
    translation, _ = translated(pre("create"))

    assert [event.__class__ for event in translation.close()] == [StepEnded]
    assert list(translation.close()) == []


def test_a_refresh_tells_what_it_found() -> None:
    """Not that it looks: that is known only when it has looked."""
    _, found = translated(pre("refresh"), outputs("update", diffs=["comment"]))

    assert [(event.__class__, getattr(event, "operation", "")) for event in found] == [
        (StepStarted, "update"),
        (StepEnded, "update"),
    ]


@pytest.mark.parametrize(("op", "ours"), [("discard-replaced", "discard"), ("import-replacement", "import")])
def test_steps_of_another_name_are_told_by_ours(op: str, ours: str) -> None:
    _, found = translated(pre(op))

    assert [getattr(event, "operation", "") for event in found] == [ours]


def test_tidying_of_the_state_is_not_told() -> None:
    assert translated(pre("remove-pending-replace"), outputs("remove-pending-replace"))[1] == []


def test_what_the_program_prints_is_its_output() -> None:
    """The CLI tells it as information on a stream of its own, standard error too."""
    _, found = translated(said("one\ntwo\n", urn=STACK, streamId=1), said("three\n", "info#err", streamId=2))

    assert found == [ProgramOutput("one"), ProgramOutput("two"), ProgramOutput("three")]


def test_what_the_program_logs_is_a_diagnostic() -> None:
    _, found = translated(said("<{%fg 3%}>look<{%reset%}>\n", "warning", urn=SCHEMA), said("a note", prefix="info: "))

    assert found == [Diagnostic("warning", "look", SCHEMA), Diagnostic("info", "a note")]


def test_what_is_shown_for_a_moment_only_is_not_told() -> None:
    assert translated(said("downloading", ephemeral=True), said("\n"))[1] == []


def test_errors_are_kept_for_the_result() -> None:
    translation, _ = translated(said("no such catalog\n", "error", urn=SCHEMA))

    assert translation.errors == ["no such catalog"]


def test_a_mandatory_policy_is_an_error() -> None:
    event = {"message": "no owner", "color": "raw", "policyPackName": "house", "policyName": "owned", "resourceUrn": SCHEMA}
    translation, found = translated(
        {"policyEvent": {**event, "enforcementLevel": "mandatory"}}, {"policyEvent": {**event, "enforcementLevel": "advisory"}}
    )

    assert found == [
        Diagnostic("error", "house: owned: no owner", SCHEMA),
        Diagnostic("warning", "house: owned: no owner", SCHEMA),
    ]
    assert translation.errors == ["house: owned: no owner"]


def test_the_stacks_outputs_are_kept() -> None:
    stack = {"op": "same", "urn": STACK, "type": "pulumi:pulumi:Stack", "new": {"outputs": {"password": "[secret]"}}}
    translation, _ = translated({"resOutputsEvent": {"metadata": stack}})

    assert translation.outputs == {"password": "[secret]"}


def test_the_summary_counts() -> None:
    translation, found = translated({"summaryEvent": {"resourceChanges": {"create": 2, "same": 1, "delete": 0}}})

    assert (translation.changes, found) == ({"create": 2, "same": 1}, [])
