"""A SQL task runs the statements of a workspace file."""

from __future__ import annotations

import io

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import jobs
from databricks.sdk.service.workspace import ImportFormat

from infra.emulator.jobs.sql_tasks import statements
from tests.emulator.conftest import LiveWorkspace


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", ["select 1"]),
        ("select ';' as a; -- first; half\nselect 2 ;\n", ["select ';' as a", "-- first; half\nselect 2"]),
        (";;", []),
        ("-- nothing", []),
    ],
)
def test_statements_are_parted_by_semicolons_outside_of_strings_and_comments(text: str, expected: list[str]) -> None:
    assert statements(text) == expected


@pytest.fixture(scope="module")
def warehouse(workspace: LiveWorkspace) -> str:
    """A SQL warehouse."""
    made = workspace.client().warehouses.create(name="sql", cluster_size="2X-Small", max_num_clusters=1).result()
    return made.id or ""


def run(live: LiveWorkspace, warehouse: str, text: str, **parameters: str) -> tuple[jobs.RunResultState | None, jobs.RunOutput]:
    """How a run of this file ends, and its output."""
    admin = live.client()
    admin.workspace.upload("/Shared/task.sql", io.BytesIO(text.encode()), format=ImportFormat.RAW, overwrite=True)
    file = jobs.SqlTaskFile("/Shared/task.sql")
    task = jobs.SqlTask(warehouse_id=warehouse, file=file, parameters=parameters or None)
    run_id = admin.jobs.submit(tasks=[jobs.SubmitTask(task_key="sql", sql_task=task)]).run_id
    assert live.inside.runs.wait(run_id, 30)
    ended = admin.jobs.get_run(run_id)
    assert ended.state is not None
    assert ended.tasks is not None
    return ended.state.result_state, admin.jobs.get_run_output(ended.tasks[0].run_id or 0)


def test_the_statements_of_the_file_run_with_the_tasks_parameters(
    workspace: LiveWorkspace, admin: WorkspaceClient, warehouse: str
) -> None:
    admin.catalogs.create("shop")
    result, output = run(
        workspace,
        warehouse,
        "create table shop.default.t (a string);\ninsert into shop.default.t values (:day);",
        day="2026-01-01",
    )
    assert result == jobs.RunResultState.SUCCESS, output.error
    assert output.sql_output is not None
    assert output.sql_output.query_output is not None
    assert len(output.sql_output.query_output.sql_statements or []) == 2
    answer = admin.statement_execution.execute_statement("select a from shop.default.t", warehouse)
    assert answer.result is not None
    assert answer.result.data_array == [["2026-01-01"]]


def test_a_statement_that_fails_fails_the_task_with_its_error(workspace: LiveWorkspace, warehouse: str) -> None:
    result, output = run(workspace, warehouse, "select 1; select * from nowhere.at.all; select 2")
    assert result == jobs.RunResultState.FAILED
    assert "TABLE_OR_VIEW_NOT_FOUND" in (output.error or "")
