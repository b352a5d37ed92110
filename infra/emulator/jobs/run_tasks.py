"""What carries out the tasks of runs: finds the principal, dispatches by the kind of task, turns errors into outcomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from infra.emulator.errors import InvalidParameter, NotImplementedHere, WorkspaceError
from infra.emulator.identity import directory
from infra.emulator.jobs import dbt_tasks, run_records
from infra.emulator.jobs.control_tasks import JobRunner, LoopRunner, condition
from infra.emulator.jobs.dbt_host import DbtHost, DbtUnavailable
from infra.emulator.jobs.dbt_tasks import DbtRunner
from infra.emulator.jobs.job_settings import task_type
from infra.emulator.jobs.run_states import ERROR
from infra.emulator.jobs.scheduler import Scheduler
from infra.emulator.jobs.sql_tasks import SqlRunner
from infra.emulator.jobs.supervisor import Supervisor
from infra.emulator.jobs.task_outcome import Outcome, Stop
from infra.emulator.jobs.value_references import resolve, values_of
from infra.emulator.store import Document
from infra.emulator.warehouses.parse_cache import ParseCache
from infra.emulator.workspace import Caller, Workspace

#: Carries out one kind of task: its settings, the run's, the principal, the folder of the task run, a request to stop.
Runner: TypeAlias = Callable[[Document, Document, Caller, Path, Stop], Outcome]


def folder_of(workspace: Workspace, task_run: Document) -> Path:
    """Where the log and the artifacts of a task run are."""
    return workspace.folder.resolve() / "runs" / str(task_run["job_run_id"]) / str(task_run["run_id"])


class TaskRunner:
    """Carries out tasks; an `Execute` for the supervisor. `close` ends what it has kept running."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._host = DbtHost(workspace.folder)
        dbt = DbtRunner(workspace, self._host, ParseCache(workspace.folder.resolve() / "parsed"))
        sql = SqlRunner(workspace)
        self._runners: dict[str, Runner] = {
            "dbt_task": dbt.run,
            "sql_task": sql.run,
            "dashboard_task": sql.run_dashboard,
            "condition_task": condition,
            "run_job_task": JobRunner(workspace).run,
            "for_each_task": LoopRunner(self._run).run,
        }

    def __call__(self, run: Document, task_run: Document, stop: Stop) -> Outcome:
        """Carry out one task run. What is not an error of the task's or of its set-up is raised."""
        try:
            return self._carry_out(run, task_run, stop)
        except NotImplementedHere as error:
            return Outcome(ERROR, error.message, error.message, hopeless=True)
        except WorkspaceError as error:
            return Outcome(ERROR, error.message, error.message)
        except DbtUnavailable as error:
            return Outcome(ERROR, str(error), str(error))

    def close(self) -> None:
        """End the warm dbt process."""
        self._host.close()

    def _carry_out(self, run: Document, task_run: Document, stop: Stop) -> Outcome:
        task = task_run["task"]
        kind = task_type(task)
        self._check_known(kind, task["task_key"])
        principal = directory.caller_named(self._workspace, run["run_as"])
        if principal is None:
            raise InvalidParameter(f"The job runs as '{run['run_as']}', which is no principal of this workspace.")
        others = run_records.latest(run_records.task_runs(self._workspace, run))
        values = values_of(run, task_run, others, self._workspace.host, self._workspace.id)
        folder = folder_of(self._workspace, task_run)
        folder.mkdir(parents=True, exist_ok=True)
        return self._run(kind, resolve(task[kind], values), run["settings"], principal, folder, stop)

    def _check_known(self, kind: str, key: str) -> None:
        if kind not in self._runners:
            raise NotImplementedHere(
                f"Task '{key}' is a {kind}, which this workspace does not run. It runs: {', '.join(sorted(self._runners))}."
            )

    def _run(self, kind: str, what: Document, settings: Document, principal: Caller, folder: Path, stop: Stop) -> Outcome:  # noqa: PLR0917 - what a Runner takes, and the kind
        """One task, or one iteration of a loop."""
        if kind == "for_each_task":
            self._check_known(task_type(what["task"]), what["task"].get("task_key", ""))
        return self._runners[kind](what, settings, principal, folder, stop)


class RunService(Supervisor):
    """The supervisor of a workspace's runs, with the means to carry out their tasks, and what starts jobs by itself."""

    def __init__(self, workspace: Workspace) -> None:
        self._runner = TaskRunner(workspace)
        dbt_tasks.clean_up(workspace)
        super().__init__(workspace, self._runner)
        self._scheduler = Scheduler(workspace)

    def close(self) -> None:
        """Start no more jobs, end all runs, then what carried them out."""
        self._scheduler.close()
        super().close()
        self._runner.close()
