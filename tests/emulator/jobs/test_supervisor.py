"""What becomes of runs when the workspace stops, is killed, or carries out what nobody foresaw."""

from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import jobs

from infra.emulator.jobs.run_tasks import TaskRunner
from infra.emulator.jobs.supervisor import Supervisor
from tests.emulator.conftest import LiveWorkspace
from tests.emulator.jobs.conftest import MakeJob, Script


def states(run: jobs.Run) -> list[tuple[str | None, str | None]]:
    """Life cycle and message of the run and its tasks."""
    found = [run.state, *(task.state for task in run.tasks or [])]
    return [(each.life_cycle_state and each.life_cycle_state.value, each.state_message) for each in found if each]


DIED = "The workspace was stopped or killed while this run was active; the run was not resumed."


def test_runs_that_were_alive_when_the_workspace_was_killed_have_ended_at_the_next_start(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    job_id = make_job({"a": [], "b": ["a"]}, queue=jobs.QueueSettings(enabled=True))
    run_ids = [admin.jobs.run_now(job_id).run_id for _ in range(2)]
    script.await_start("a")
    killed = workspace.inside.runs
    workspace.inside.runs = Supervisor(workspace.inside, script)
    after = [states(admin.jobs.get_run(run_id)) for run_id in run_ids]
    script.released.set()
    killed.close()
    assert after == [[("INTERNAL_ERROR", DIED)] * 3] * 2


def test_a_workspace_that_stops_ends_its_runs(
    workspace: LiveWorkspace, admin: WorkspaceClient, make_job: MakeJob, script: Script
) -> None:
    script.hold("a")
    run_id = admin.jobs.run_now(make_job({"a": [], "b": ["a"]})).run_id
    script.await_start("a")
    workspace.inside.runs.close()
    assert states(admin.jobs.get_run(run_id)) == [("INTERNAL_ERROR", DIED)] * 3


def test_a_defect_in_carrying_out_a_task_ends_the_run(
    workspace: LiveWorkspace,
    admin: WorkspaceClient,
    make_job: MakeJob,
    script: Script,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script.outcomes["a"] = [KeyError("surprise")]
    run_id = admin.jobs.run_now(make_job({"a": []})).run_id
    assert workspace.inside.runs.wait(run_id, 20)
    run = admin.jobs.get_run(run_id)
    assert states(run)[1] == ("INTERNAL_ERROR", "KeyError: 'surprise'")
    assert run.tasks is not None
    assert "Traceback" in (admin.jobs.get_run_output(run.tasks[0].run_id or 0).error_trace or "")
    assert "Traceback" in capsys.readouterr().err


def test_a_kind_of_task_that_does_not_run_here_is_refused_by_name(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    runner = TaskRunner(workspace.inside)
    me = admin.current_user.me().user_name
    task = {"task_key": "nb", "notebook_task": {"notebook_path": "/x"}}
    outcome = runner({"run_as": me, "settings": {}}, {"task": task}, None)  # type: ignore[arg-type]
    assert (outcome.result, outcome.hopeless, outcome.message) == (
        "ERROR",
        True,
        "Task 'nb' is a notebook_task, which this workspace does not run. It runs: condition_task, dashboard_task,"
        " dbt_task, for_each_task, run_job_task, sql_task.",
    )
