"""Tasks that control others, and SQL tasks on saved queries, alerts and dashboards: really run, through the official SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service import jobs, sql

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs import control_tasks


@pytest.fixture(scope="module")
def warehouse(workspace: Any) -> str:
    """A SQL warehouse that runs."""
    made = workspace.client().warehouses.create(name="w", cluster_size="2X-Small", max_num_clusters=1, auto_stop_mins=10)
    return str(made.result().id)


@pytest.fixture(scope="module")
def query(workspace: Any, warehouse: str) -> str:
    """A saved query with a parameter."""
    text = {"name": "n", "text_value": {"value": "3"}}
    body = {"display_name": "q", "query_text": "select int(:n) as n", "warehouse_id": warehouse, "parameters": [text]}
    return str(workspace.client().api_client.do("POST", "/api/2.0/sql/queries", body={"query": body})["id"])


def run(admin: WorkspaceClient, *tasks: dict[str, Any], **settings: Any) -> jobs.Run:
    """The run of a job with these tasks, when it has ended."""
    job_id = admin.api_client.do("POST", "/api/2.2/jobs/create", body={"name": "j", "tasks": list(tasks), **settings})["job_id"]
    return admin.jobs.run_now(job_id).result()


def results(run: jobs.Run) -> dict[str, str]:
    return {
        str(task.task_key): str(task.state and task.state.result_state and task.state.result_state.value)
        for task in run.tasks or ()
    }


def test_a_condition_decides_which_tasks_follow(admin: WorkspaceClient, warehouse: str, query: str) -> None:
    """The others are excluded, and the run succeeds."""
    work = {"sql_task": {"warehouse_id": warehouse, "query": {"query_id": query}}}
    found = run(
        admin,
        {"task_key": "if", "condition_task": {"op": "GREATER_THAN", "left": "{{job.parameters.n}}", "right": "2"}},
        {"task_key": "then", "depends_on": [{"task_key": "if", "outcome": "true"}], **work},
        {"task_key": "else", "depends_on": [{"task_key": "if", "outcome": "false"}], **work},
        parameters=[{"name": "n", "default": "10"}],
    )
    assert results(found) == {"if": "SUCCESS", "then": "SUCCESS", "else": "EXCLUDED"}
    condition = next(task for task in found.tasks or () if task.task_key == "if").condition_task
    assert condition is not None
    assert condition.outcome == "true"


def test_a_loop_runs_its_task_for_each_input(admin: WorkspaceClient, warehouse: str, query: str) -> None:
    """And counts what became of each; one that fails does not stop the others."""
    inner = {
        "task_key": "one",
        "sql_task": {"warehouse_id": warehouse, "query": {"query_id": query}, "parameters": {"n": "{{input.n}}"}},
    }
    inputs = json.dumps([{"n": 1}, {"n": "x"}, {"n": 3}])
    job = {
        "name": "loop",
        "tasks": [{"task_key": "each", "for_each_task": {"inputs": inputs, "concurrency": 2, "task": inner}}],
    }
    job_id = admin.api_client.do("POST", "/api/2.2/jobs/create", body=job)["job_id"]
    run_id = admin.jobs.run_now(job_id).run_id
    while not (found := admin.api_client.do("GET", "/api/2.2/jobs/runs/get", query={"run_id": run_id}))["end_time"]:
        continue
    task = found["tasks"][0]
    stats = task["for_each_task"]["stats"]["task_run_stats"]
    assert (stats["total_iterations"], stats["succeeded_iterations"], stats["failed_iterations"]) == (3, 2, 1)
    output = admin.api_client.do("GET", "/api/2.2/jobs/runs/get-output", query={"run_id": task["run_id"]})
    assert output["error"].startswith('Iteration 1 (input {"n": "x"}) failed:')


def test_a_job_runs_another_one_and_ends_as_it_does(admin: WorkspaceClient, warehouse: str, query: str) -> None:
    """With the parameters it is given."""
    condition = {"op": "EQUAL_TO", "left": "{{job.parameters.day}}", "right": "monday"}
    inner = {
        "name": "inner",
        "parameters": [{"name": "day", "default": "sunday"}],
        "tasks": [
            {"task_key": "if", "condition_task": condition},
            {
                "task_key": "then",
                "depends_on": [{"task_key": "if", "outcome": "true"}],
                "sql_task": {"warehouse_id": warehouse, "query": {"query_id": query}},
            },
        ],
    }
    job_id = admin.api_client.do("POST", "/api/2.2/jobs/create", body=inner)["job_id"]
    found = run(admin, {"task_key": "call", "run_job_task": {"job_id": job_id, "job_parameters": {"day": "monday"}}})
    assert results(found) == {"call": "SUCCESS"}
    child = next(iter(admin.jobs.list_runs(job_id=job_id)))
    assert results(admin.jobs.get_run(int(child.run_id or 0))) == {"if": "SUCCESS", "then": "SUCCESS"}


@pytest.mark.parametrize(("threshold", "state"), [(2, "TRIGGERED"), (5, "OK")])
def test_an_alert_is_evaluated_by_its_task(
    admin: WorkspaceClient, warehouse: str, query: str, threshold: float, state: str
) -> None:
    """Its state is in the output, and with the alert."""
    alert = admin.alerts.create(
        alert=sql.CreateAlertRequestAlert(
            display_name=f"above {threshold}",
            query_id=query,
            condition=sql.AlertCondition(
                op=sql.AlertOperator.GREATER_THAN,
                operand=sql.AlertConditionOperand(column=sql.AlertOperandColumn("n")),
                threshold=sql.AlertConditionThreshold(value=sql.AlertOperandValue(double_value=threshold)),
            ),
        )
    )
    found = run(admin, {"task_key": "a", "sql_task": {"warehouse_id": warehouse, "alert": {"alert_id": alert.id}}})
    output = admin.jobs.get_run_output(int((found.tasks or [])[0].run_id or 0)).sql_output
    assert output is not None
    assert output.alert_output is not None
    assert output.alert_output.alert_state is not None
    assert output.alert_output.alert_state.value == state
    kept = admin.alerts.get(str(alert.id)).state
    assert kept is not None
    assert kept.value == state


def test_the_queries_of_a_dashboard_are_run(admin: WorkspaceClient, warehouse: str) -> None:
    """One that fails fails the task."""
    for text, expected in (("select 1", "SUCCESS"), ("select * from no.such.thing", "FAILED")):
        serialized = json.dumps({"datasets": [{"name": "d", "queryLines": [text]}], "pages": []})
        body = {"display_name": text, "warehouse_id": warehouse, "serialized_dashboard": serialized}
        id = admin.api_client.do("POST", "/api/2.0/lakeview/dashboards", body=body)["dashboard_id"]
        tasks = [{"task_key": "d", "dashboard_task": {"dashboard_id": id}}]
        run_id = admin.api_client.do("POST", "/api/2.2/jobs/runs/submit", body={"tasks": tasks})["run_id"]
        while not (found := admin.api_client.do("GET", "/api/2.2/jobs/runs/get", query={"run_id": run_id}))["end_time"]:
            continue
        assert found["state"]["result_state"] == expected


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ({"condition_task": {"op": "LIKE", "left": "1", "right": "1"}}, "condition_task.op must be one of"),
        ({"run_job_task": {}}, "run_job_task needs a job_id"),
        ({"for_each_task": {"inputs": "[1]"}}, "for_each_task needs inputs and a task"),
    ],
)
def test_control_tasks_that_say_too_little_are_refused(admin: WorkspaceClient, task: dict[str, Any], message: str) -> None:
    """When the job is made."""
    with pytest.raises(InvalidParameterValue, match=message):
        admin.api_client.do("POST", "/api/2.2/jobs/create", body={"name": "j", "tasks": [{"task_key": "a", **task}]})


def test_inputs_are_a_json_array() -> None:
    """Anything else is told."""
    assert control_tasks.inputs('[1, "a"]') == [1, "a"]
    for wrong in ("{", '{"a": 1}'):
        with pytest.raises(InvalidParameter, match=r"for_each_task\.inputs"):
            control_tasks.inputs(wrong)
