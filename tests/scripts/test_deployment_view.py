"""What people read of a preview and of an update."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from infra.engine.events import Diagnostic, Event, Interrupted, ProgramOutput, StepEnded, StepStarted, Summary
from infra.engine.operation import Result
from infra.engine.ports import PropertyDiff
from infra.engine.values import UNKNOWN
from scripts.deployment_view import DeploymentView, collect
from scripts.screen import Screen
from tests.scripts.conftest import Paper

SCHEMA = "databricks:index/schema:Schema"
WAREHOUSE = "databricks:index/sqlEndpoint:SqlEndpoint"
FILE = "databricks:index/workspaceFile:WorkspaceFile"
URN = "urn:pulumi:local::shop::"


def started(operation: str, name: str, type: str = SCHEMA, **fields: object) -> StepStarted:
    return StepStarted(operation=operation, urn=f"{URN}{type}::{name}", type=type, name=name, **fields)  # type: ignore[arg-type]


def ended(operation: str, name: str, type: str = SCHEMA, error: str | None = None) -> StepEnded:
    return StepEnded(operation, f"{URN}{type}::{name}", type, name, 0.25, error)  # type: ignore[arg-type]


def result(error: str | None = None, outputs: dict[str, object] | None = None, **changes: int) -> Result:
    return Result(succeeded=error is None, changes=changes, outputs=outputs or {}, error=error, digest={}, seconds=1.23)


def shown(paper: Paper, events: list[Event], end: Result, *, preview: bool, diff: bool = False) -> str:
    with DeploymentView(paper, preview=preview, diff=diff) as view:
        for event in events:
            view(event)
    view.close(end)
    return paper.text


PLAN: list[Event] = [
    started("same", "shop-local", "pulumi:pulumi:Stack"),
    started("create", "silver"),
    started(
        "update",
        "bronze",
        old={"comment": "raw"},
        new={"comment": "raw tables", "owner": UNKNOWN},
        detailed={"comment": PropertyDiff("update"), "owner": PropertyDiff("add")},
    ),
    started("replace", "etl", WAREHOUSE, keys=("name",), replaces=("name",), old={"name": "a"}, new={"name": "b"}),
    started("create-replacement", "etl", WAREHOUSE),
    started("delete", "old"),
    Summary("succeeded", {}, {}, 1.0),
]


def test_a_preview_names_each_resource_and_what_differs(paper: Paper) -> None:
    end = result(create=1, update=1, replace=1, delete=1, same=1)

    assert (
        shown(paper, PLAN, end, preview=True)
        == """\
 +  Schema                 silver
 ~  Schema                 bronze                               ~comment +owner
 +- SqlEndpoint            etl                                  ~name!
 -  Schema                 old

1 to create, 1 to update, 1 to replace, 1 to delete; 1 unchanged.  (1.2 s)"""
    )


def test_a_diff_shows_both_values(paper: Paper) -> None:
    text = shown(paper, PLAN, result(update=1), preview=True, diff=True)

    assert '       ~ comment: "raw" → "raw tables"' in text.splitlines()
    assert "       + owner: (known after the update)" in text.splitlines()
    assert '       ~ name: "a" → "b"  (forces a new resource)' in text.splitlines()


def test_no_change_is_said_in_one_line(paper: Paper) -> None:
    text = shown(paper, [started("same", "bronze")], result(same=93), preview=True)

    assert text.strip() == "No change: 93 resources are as the environment says.  (1.2 s)"


def test_an_update_tells_each_step_when_it_is_done_and_the_outputs(paper: Paper) -> None:
    events: list[Event] = [
        started("create", "silver"),
        ProgramOutput("hello from the program"),
        ended("create", "silver"),
        started("same", "bronze"),
        ended("same", "bronze"),
    ]
    end = result(outputs={"release": "a1b2c3", "warehouses": {"etl": "7a0e"}}, create=1, same=1)

    assert (
        shown(paper, events, end, preview=False)
        == """\
hello from the program
 +  Schema                 silver                               created (0.2 s)

release         a1b2c3
warehouses.etl  7a0e

1 created; 1 unchanged.  (1.2 s)"""
    )


def test_a_failure_is_told_with_its_reason(paper: Paper) -> None:
    reason = "PERMISSION_DENIED: User does not have CREATE SCHEMA on Catalog 'shop'."
    events: list[Event] = [
        started("create", "silver"),
        ended("create", "silver", error=reason),
        Diagnostic("error", reason, f"{URN}{SCHEMA}::silver"),
        Diagnostic("debug", "noise"),
    ]

    assert (
        shown(paper, events, result(error=reason, create=0), preview=False).strip()
        == f"""\
+  Schema                 silver                               failed
error: Schema silver: {reason}

Failed: nothing was changed.  (1.2 s)"""
    )


def test_an_error_that_no_diagnostic_told_is_told(paper: Paper) -> None:
    assert "error: the program ended with code 3" in shown(
        paper, [], result(error="the program ended with code 3"), preview=True
    )


@pytest.mark.parametrize("preview", [True, False])
def test_the_files_of_a_release_are_one_line(paper: Paper, preview: bool) -> None:
    parent = "lakestead:release:Release$"
    events: list[Event] = []
    for operation, version, content in (("create", "bbb", "2"), ("delete", "aaa", "1")):
        urn, name = f"{URN}{parent}{FILE}::{version}/models/dim.sql", f"{version}/models/dim.sql"
        value = {"source": content}
        events.append(StepStarted(operation, urn, FILE, name, old=value, new=value))  # type: ignore[arg-type]
        events.append(StepEnded(operation, urn, FILE, name, 0.1))  # type: ignore[arg-type]

    text = shown(paper, events, result(create=1, delete=1, same=9), preview=preview)

    assert text.splitlines()[0] == (
        " ~  dbt release            aaa → bbb                            1 file changed: models/dim.sql"
    )
    assert text.splitlines()[-1] == f"the dbt release {'to update' if preview else 'updated'}; 9 unchanged.  (1.2 s)"


def test_the_items_of_a_list_are_not_named_one_by_one(paper: Paper) -> None:
    detailed = {f"tasks[{number}].dbtTask.projectDirectory": PropertyDiff("update") for number in range(6)}
    text = shown(paper, [started("update", "nightly", detailed=detailed)], result(update=1), preview=True)

    assert text.splitlines()[0].endswith(" ~tasks[*].dbtTask.projectDirectory")


def test_an_operation_that_shows_nothing_answers_what_it_did() -> None:
    def operation(listen: object) -> Result:
        for event in (started("create", "silver"), ended("create", "silver")):
            listen(event)  # type: ignore[operator]
        return result(create=1, same=1)

    end, steps = collect(operation)

    assert (end.succeeded, [(step.operation, step.name) for step in steps]) == (True, [("create", "silver")])


def test_a_first_interrupt_is_answered_at_once() -> None:
    """With what happens now, and how to end it sooner."""
    screen = Screen(Console(file=io.StringIO()), Console(file=io.StringIO(), width=200))
    view = DeploymentView(screen, preview=False)

    view(Interrupted(1))
    view(Interrupted(2))

    told = screen.err.file.getvalue()  # type: ignore[attr-defined]
    assert "what is under way is finished" in told.splitlines()[0]
    assert "Ending at once" in told.splitlines()[1]
    assert view.interrupted
