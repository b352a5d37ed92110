"""Runs through the official SDK, their tasks scripted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service import iam, jobs

from infra.emulator.jobs.run_states import ERROR
from infra.emulator.jobs.task_outcome import Outcome
from tests.emulator.conftest import LiveWorkspace
from tests.emulator.jobs.conftest import MakeJob, Script

FAILED = Outcome("FAILED", "Workload failed, see run output for details", "'dbt run' failed with exit code 1.")


def ended(workspace: LiveWorkspace, admin: WorkspaceClient, run_id: int) -> jobs.Run:
    """The run once it has ended."""
    assert workspace.inside.runs.wait(run_id, 20), "the run did not end"
    return admin.jobs.get_run(run_id, include_history=True)


def start(admin: WorkspaceClient, job_id: int, **settings: Any) -> int:
    """The id of a fresh run."""
    run_id = admin.jobs.run_now(job_id, **settings).run_id
    assert isinstance(run_id, int)
    return run_id


def results(run: jobs.Run) -> dict[str, str]:
    """The result of each task's last attempt."""
    found = {}
    for task in run.tasks or []:
        assert task.state is not None
        assert task.state.life_cycle_state is not None
        result = task.state.result_state
        found[task.task_key] = result.value if result else task.state.life_cycle_state.value
    return found


def state(run: jobs.Run) -> tuple[str | None, str | None]:
    assert run.state is not None
    life_cycle, result = run.state.life_cycle_state, run.state.result_state
    return life_cycle and life_cycle.value, result and result.value


def test_tasks_run_in_the_order_of_their_dependencies(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    job_id = make_job({"test": ["gold"], "gold": ["silver"], "silver": ["bronze"], "bronze": ["seed"], "seed": []})
    run = ended(workspace, admin, start(admin, job_id))
    assert script.started == ["seed", "bronze", "silver", "gold", "test"]
    assert state(run) == ("TERMINATED", "SUCCESS")
    assert run.status is not None
    assert run.status.termination_details is not None
    assert (
        run.status.state,
        run.status.termination_details.code,
    ) == (jobs.RunLifecycleStateV2State.TERMINATED, jobs.TerminationCodeCode.SUCCESS)
    assert run.run_page_url == f"{workspace.host}/?o={workspace.inside.id}#job/{job_id}/run/{run.run_id}"
    assert run.start_time is not None
    assert run.end_time is not None
    assert run.start_time <= run.end_time


def test_independent_tasks_run_at_the_same_time(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("left", "right")
    run_id = start(admin, make_job({"left": [], "right": [], "end": ["left", "right"]}))
    script.await_start("left")
    script.await_start("right")
    states = [state(admin.jobs.get_run(run_id))[0], *results(admin.jobs.get_run(run_id)).values()]
    script.released.set()
    assert states == ["RUNNING", "RUNNING", "RUNNING", "BLOCKED"]
    assert results(ended(workspace, admin, run_id)) == {"left": "SUCCESS", "right": "SUCCESS", "end": "SUCCESS"}


def test_a_failure_skips_what_depends_on_it_and_names_the_task(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["bronze"] = [FAILED]
    run = ended(workspace, admin, start(admin, make_job({"seed": [], "bronze": ["seed"], "gold": ["bronze"], "other": []})))
    assert results(run) == {"seed": "SUCCESS", "bronze": "FAILED", "gold": "UPSTREAM_FAILED", "other": "SUCCESS"}
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert run.state is not None
    assert (
        run.state.state_message == "Task bronze failed with message: Workload failed, see run output for details."
        " This caused all downstream tasks to get skipped."
    )


def test_a_failure_of_the_last_task_ends_a_run_as_failed(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["only"] = [FAILED]
    run = ended(workspace, admin, start(admin, make_job({"only": []})))
    assert state(run) == ("TERMINATED", "FAILED")
    assert run.tasks is not None
    output = admin.jobs.get_run_output(run.tasks[0].run_id or 0)
    assert output.error == "'dbt run' failed with exit code 1."


def test_run_if_lets_a_task_run_after_a_failure(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["main"] = [FAILED]
    each = {"clean": {"run_if": jobs.RunIf.ALL_DONE}, "alarm": {"run_if": jobs.RunIf.AT_LEAST_ONE_FAILED}}
    job_id = make_job({"main": [], "clean": ["main"], "alarm": ["main"]}, each=each)
    first = ended(workspace, admin, start(admin, job_id))
    second = ended(workspace, admin, start(admin, job_id))
    assert state(first) == ("TERMINATED", "SUCCESS_WITH_FAILURES")
    assert (results(second), state(second)[1]) == ({"main": "SUCCESS", "clean": "SUCCESS", "alarm": "EXCLUDED"}, "SUCCESS")


def test_a_task_is_tried_again_as_often_as_it_says(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["flaky"] = [FAILED, FAILED]
    run = ended(workspace, admin, start(admin, make_job({"flaky": []}, each={"flaky": {"max_retries": 2}})))
    assert [
        (task.attempt_number, task.state.result_state.value)
        for task in run.tasks or []
        if task.state and task.state.result_state
    ] == [(0, "FAILED"), (1, "FAILED"), (2, "SUCCESS")]
    assert state(run)[1] == "SUCCESS"


def test_a_retry_waits_for_its_time(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["flaky"] = [FAILED]
    each = {"flaky": {"max_retries": 1, "min_retry_interval_millis": 3_600_000}}
    run_id = start(admin, make_job({"flaky": []}, each=each))
    script.await_start("flaky")
    workspace.inside.clock.offset += 3600
    run = ended(workspace, admin, run_id)
    assert state(run)[1] == "SUCCESS"
    assert run.end_time is not None
    assert run.start_time is not None
    assert run.end_time - run.start_time >= 3_600_000


def test_what_is_hopeless_is_not_tried_again(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["a"] = [Outcome(ERROR, "not supported", hopeless=True)]
    run = ended(workspace, admin, start(admin, make_job({"a": []}, each={"a": {"max_retries": -1}})))
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert script.started == ["a"]


def test_a_cancelled_run_ends_its_tasks(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("slow")
    run_id = start(admin, make_job({"slow": [], "after": ["slow"]}))
    script.await_start("slow")
    admin.jobs.cancel_run(run_id)
    run = ended(workspace, admin, run_id)
    assert (results(run), state(run)) == ({"slow": "CANCELED", "after": "CANCELED"}, ("TERMINATED", "CANCELED"))
    assert run.state is not None
    assert run.state.user_cancelled_or_timedout
    assert script.started == ["slow"]


def test_a_cancelled_task_leaves_its_siblings_alone(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("slow")
    run_id = start(admin, make_job({"slow": [], "after": ["slow"], "other": []}))
    script.await_start("slow")
    task_id = next(task.run_id for task in admin.jobs.get_run(run_id).tasks or [] if task.task_key == "slow")
    admin.jobs.cancel_run(task_id or 0)
    run = ended(workspace, admin, run_id)
    assert results(run) == {"slow": "CANCELED", "after": "UPSTREAM_CANCELED", "other": "SUCCESS"}


@pytest.mark.parametrize("where", ["job", "task"])
def test_a_run_that_takes_too_long_is_ended(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script, where: str
) -> None:
    script.hold("slow")
    each = {"slow": {"timeout_seconds": 60}} if where == "task" else {}
    settings = {"timeout_seconds": 60} if where == "job" else {}
    run_id = start(admin, make_job({"slow": []}, each=each, **settings))
    script.await_start("slow")
    workspace.inside.clock.offset += 61
    run = ended(workspace, admin, run_id)
    assert results(run) == {"slow": "TIMEDOUT"}
    assert ("TERMINATED", "TIMEDOUT" if where == "job" else "FAILED") == state(run)


def test_a_run_beyond_the_limit_is_skipped(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    job_id = make_job({"a": []})
    first = start(admin, job_id)
    script.await_start("a")
    second = admin.jobs.get_run(start(admin, job_id))
    script.released.set()
    assert state(second) == ("SKIPPED", "MAXIMUM_CONCURRENT_RUNS_REACHED")
    assert state(ended(workspace, admin, first))[1] == "SUCCESS"


def test_a_run_beyond_the_limit_waits_where_the_job_has_a_queue(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    job_id = make_job({"a": []}, queue=jobs.QueueSettings(enabled=True))
    first = start(admin, job_id)
    script.await_start("a")
    second, third = start(admin, job_id), start(admin, job_id)
    assert [state(admin.jobs.get_run(run_id))[0] for run_id in (second, third)] == ["QUEUED", "QUEUED"]
    admin.jobs.cancel_run(third)
    script.released.set()
    assert [state(ended(workspace, admin, run_id))[1] for run_id in (first, second, third)] == [
        "SUCCESS",
        "SUCCESS",
        "CANCELED",
    ]


def test_the_same_idempotency_token_starts_one_run(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    job_id = make_job({"a": []})
    first, second = (start(admin, job_id, idempotency_token="deploy-7") for _ in range(2))
    assert first == second
    ended(workspace, admin, first)
    admin.jobs.delete_run(first)
    with pytest.raises(BadRequest, match="was deleted"):
        start(admin, job_id, idempotency_token="deploy-7")


def test_parameters_have_the_jobs_defaults_and_the_runs_values(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    defaults = [jobs.JobParameterDefinition(default="prod", name="target"), jobs.JobParameterDefinition("day", "1")]
    job_id = make_job({"a": []}, parameters=defaults)
    run = ended(workspace, admin, start(admin, job_id, job_parameters={"target": "dev"}))
    assert [(entry.name, entry.default, entry.value) for entry in run.job_parameters or []] == [
        ("target", "prod", "dev"),
        ("day", "1", "1"),
    ]


def test_only_some_tasks_of_a_job_can_be_run(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    run = ended(workspace, admin, start(admin, make_job({"a": [], "b": ["a"], "c": ["b"]}), only=["b", "c"]))
    assert (script.started, results(run)) == (["b", "c"], {"b": "SUCCESS", "c": "SUCCESS"})


def test_a_repair_runs_what_failed_and_what_was_skipped(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.outcomes["b"] = [FAILED]
    run_id = start(admin, make_job({"a": [], "b": ["a"], "c": ["b"]}))
    ended(workspace, admin, run_id)
    body = {"run_id": run_id, "rerun_all_failed_tasks": True}
    answer = admin.api_client.do("POST", "/api/2.2/jobs/runs/repair", body=body)
    assert isinstance(answer, dict)
    repair_id = answer["repair_id"]
    run = ended(workspace, admin, run_id)
    assert script.started == ["a", "b", "b", "c"]
    assert (results(run), state(run)) == ({"a": "SUCCESS", "b": "SUCCESS", "c": "SUCCESS"}, ("TERMINATED", "SUCCESS"))
    assert [(task.task_key, task.attempt_number) for task in run.tasks or []] == [
        ("a", 0),
        ("b", 0),
        ("b", 1),
        ("c", 0),
        ("c", 1),
    ]
    assert [("ORIGINAL", "FAILED", None), ("REPAIR", "SUCCESS", repair_id)] == [
        (item.type.value, item.state.result_state.value, item.id)
        for item in run.repair_history or []
        if item.type and item.state and item.state.result_state
    ]
    with pytest.raises(InvalidParameterValue, match=f"latest_repair_id must be {repair_id}"):
        admin.jobs.repair_run(run_id, rerun_tasks=["a"])


def test_runs_are_listed_newest_first_and_by_state(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    job_id = make_job({"a": []}, max_concurrent_runs=10)
    done = [start(admin, job_id) for _ in range(3)]
    for run_id in done:
        ended(workspace, admin, run_id)
    script.hold("a")
    active = start(admin, job_id)
    listed = {
        name: [run.run_id for run in admin.jobs.list_runs(job_id=job_id, limit=2, active_only=only, completed_only=done_only)]
        for name, only, done_only in (("all", False, False), ("active", True, False), ("completed", False, True))
    }
    script.released.set()
    assert {"all": [active, *done[::-1]], "active": [active], "completed": done[::-1]} == listed


def test_an_active_run_cannot_be_deleted(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    run_id = start(admin, make_job({"a": []}))
    with pytest.raises(BadRequest, match="is active: cancel it"):
        admin.jobs.delete_run(run_id)
    script.released.set()
    ended(workspace, admin, run_id)
    admin.jobs.delete_run(run_id)
    with pytest.raises(ResourceDoesNotExist):
        admin.jobs.get_run(run_id)


def test_all_runs_of_a_job_are_cancelled_at_once(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    job_id = make_job({"a": []}, max_concurrent_runs=2)
    run_ids = [start(admin, job_id) for _ in range(2)]
    admin.jobs.cancel_all_runs(job_id=job_id)
    assert [state(ended(workspace, admin, run_id))[1] for run_id in run_ids] == ["CANCELED", "CANCELED"]


def test_deleting_a_job_cancels_its_runs(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    job_id = make_job({"a": []})
    run_id = start(admin, job_id)
    script.await_start("a")
    admin.jobs.delete(job_id)
    assert state(ended(workspace, admin, run_id))[1] == "CANCELED"


def test_a_run_can_be_submitted_without_a_job(
    workspace: LiveWorkspace, admin: WorkspaceClient, script: Script, warehouse_id: str
) -> None:
    query = jobs.SqlTask(warehouse_id=warehouse_id, query=jobs.SqlTaskQuery("1"))
    submitted = admin.jobs.submit(run_name="once", tasks=[jobs.SubmitTask(task_key="q", sql_task=query)])
    run = submitted.result(timeout=timedelta(seconds=30))
    assert (run.run_name, run.run_type, state(run)) == ("once", jobs.RunType.SUBMIT_RUN, ("TERMINATED", "SUCCESS"))


def test_the_output_is_asked_of_a_task_not_of_the_run(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    run = ended(workspace, admin, start(admin, make_job({"a": [], "b": []})))
    with pytest.raises(InvalidParameterValue, match="multiple tasks is not supported"):
        admin.jobs.get_run_output(run.run_id or 0)


@pytest.mark.parametrize(
    ("level", "allowed"),
    [(None, []), ("CAN_VIEW", ["get"]), ("CAN_MANAGE_RUN", ["get", "run"]), ("CAN_MANAGE", ["get", "run", "update"])],
)
@pytest.mark.usefixtures("script")
def test_permissions_decide_who_sees_runs_and_changes_a_job(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, level: str | None, allowed: list[str]
) -> None:
    name = admin.service_principals.create(display_name="stranger").application_id or ""
    client = workspace.client(admin.token_management.create_obo_token(name).token_value)
    job_id = make_job({"a": []}, name=f"guarded-{level}", max_concurrent_runs=5)
    if level:
        entry = iam.AccessControlRequest(service_principal_name=name, permission_level=iam.PermissionLevel(level))
        admin.permissions.update("jobs", str(job_id), access_control_list=[entry])
    attempts: dict[str, Callable[[], object]] = {
        "get": lambda: client.jobs.get(job_id),
        "run": lambda: client.jobs.run_now(job_id),
        "update": lambda: client.jobs.update(job_id, new_settings=jobs.JobSettings(description="x")),
    }
    done = []
    for action, attempt in attempts.items():
        try:
            attempt()
        except PermissionDenied:
            continue
        done.append(action)
    assert allowed == done
    assert ([job_id] if level else []) == [job.job_id for job in client.jobs.list(name=f"guarded-{level}")]
