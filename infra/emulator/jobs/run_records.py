"""Runs and task runs as documents, and as the API shows them.

Kinds in the store: `run` by id with its job as parent; `task_run`, one an attempt, with its run as parent; `active_run`
marks the runs that have not ended, so that a start finds them at once. Ids count down from 15 digits: in the order of
their keys the newest comes first, as the API lists them, and all are of one length.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs import run_states
from infra.emulator.jobs.job_settings import task_type
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

_LAST_ID: Final = 900_000_000_000_000
#: What a run shows of a task's settings.
_TASK_FIELDS: Final = (
    "task_key", "description", "depends_on", "run_if", "environment_key", "existing_cluster_id", "job_cluster_key",
    "new_cluster", "libraries", "timeout_seconds", "email_notifications", "max_retries", "min_retry_interval_millis",
    "retry_on_timeout", "disabled",
)  # fmt: skip


def new_id(workspace: Workspace, kind: str) -> int:
    """A fresh id of a `job` or of a `run`, task runs included."""
    return _LAST_ID - workspace.store.next(f"{kind}_id")


def get(workspace: Workspace, run_id: object) -> Document:
    """A run by its id. Raises InvalidParameter, in the words by which SDKs know that it does not exist."""
    run = workspace.store.get("run", str(run_id))
    if run is None:
        raise InvalidParameter(f"Run {run_id} does not exist.")
    return run


def get_task_run(workspace: Workspace, run_id: object) -> Document | None:
    """A task run by its id, None if there is none."""
    return workspace.store.get("task_run", str(run_id))


def save(workspace: Workspace, run: Document) -> None:
    """Write a run; it counts as active until its phase is final."""
    key = str(run["run_id"])
    with workspace.store.transaction():
        workspace.store.put("run", key, run, parent=str(run["job_id"]))
        if run_states.is_final(run):
            workspace.store.delete("active_run", key)
        else:
            workspace.store.put("active_run", key, {}, parent=str(run["job_id"]))


def save_task(workspace: Workspace, task_run: Document) -> None:
    """Write a task run."""
    workspace.store.put("task_run", str(task_run["run_id"]), task_run, parent=str(task_run["job_run_id"]))


def delete(workspace: Workspace, run: Document) -> None:
    """Forget a run and its task runs. Their files are the caller's."""
    key = str(run["run_id"])
    with workspace.store.transaction():
        for task_key, _ in workspace.store.list("task_run", key):
            workspace.store.delete("task_run", task_key)
        workspace.store.delete("active_run", key)
        workspace.store.delete("run", key)


def active_ids(workspace: Workspace, job_id: int | None = None) -> list[int]:
    """The runs that have not ended, oldest first: of one job, or all."""
    parent = None if job_id is None else str(job_id)
    return [int(key) for key, _ in reversed(workspace.store.list("active_run", parent))]


def task_runs(workspace: Workspace, run: Document) -> list[Document]:
    """All attempts of all tasks, in the order of the job's tasks, the first attempt first."""
    order = {task["task_key"]: index for index, task in enumerate(run["settings"].get("tasks", ()))}
    found = [body for _, body in workspace.store.list("task_run", str(run["run_id"]))]
    return sorted(found, key=lambda body: (order.get(body["task_key"], len(order)), body["attempt_number"]))


def latest(attempts: list[Document]) -> dict[str, Document]:
    """The last attempt of each task, by its key. `attempts` in the order of `task_runs`."""
    return {body["task_key"]: body for body in attempts}


def new_task_run(workspace: Workspace, run: Document, task: Document, previous: Document | None = None) -> Document:
    """A task run, not yet written, that waits for its dependencies; after `previous`, its next attempt."""
    run_id = new_id(workspace, "run")
    return {
        "run_id": run_id,
        "job_run_id": run["run_id"],
        "task_key": task["task_key"],
        "task": task,
        "attempt_number": previous["attempt_number"] + 1 if previous else 0,
        "original_attempt_run_id": previous["original_attempt_run_id"] if previous else run_id,
        "phase": run_states.BLOCKED,
        "start_time": 0,
        "end_time": 0,
    }


def _times(body: Document) -> dict[str, Any]:
    return {"start_time": body["start_time"], "end_time": body["end_time"], "setup_duration": 0, "cleanup_duration": 0}


def shown(workspace: Workspace, run: Document) -> dict[str, Any]:
    """A run as `runs/list` shows it, without its tasks."""
    settings = run["settings"]
    ended = run["end_time"] or run["start_time"]
    body = {
        "job_id": run["job_id"],
        "run_id": run["run_id"],
        "job_run_id": run["run_id"],
        "number_in_job": run["run_id"],
        "original_attempt_run_id": run["run_id"],
        "creator_user_name": run["creator_user_name"],
        "run_name": run["run_name"],
        "run_type": run["run_type"],
        "trigger": run.get("trigger", "ONE_TIME"),
        "format": "MULTI_TASK",
        "run_page_url": f"{workspace.host}/?o={workspace.id}#job/{run['job_id']}/run/{run['run_id']}",
        **_times(run),
        "execution_duration": 0,
        "run_duration": ended - run["start_time"],
        "queue_duration": run.get("queue_duration", 0),
        **run_states.shown(run),
    }
    for name in ("job_clusters", "description", "git_source"):
        if settings.get(name):
            body[name] = settings[name]
    if run["parameters"]:
        body["job_parameters"] = [
            {"name": name, "default": run["defaults"].get(name, value), "value": value}
            for name, value in run["parameters"].items()
        ]
    if run["overrides"]:
        body["overriding_parameters"] = run["overrides"]
    return body


def shown_task(workspace: Workspace, run: Document, task_run: Document) -> dict[str, Any]:
    """A task run as an entry of a run's `tasks`."""
    task = task_run["task"]
    kind = task_type(task)
    duration = max(0, task_run["end_time"] - task_run["start_time"]) if task_run["start_time"] else 0
    output = task_run.get("output") or {}
    what = task[kind]
    if "condition_outcome" in output:
        what = what | {"outcome": output["condition_outcome"]}
    elif "for_each_stats" in output:
        what = what | {"stats": output["for_each_stats"]}
    return {
        **{name: task[name] for name in _TASK_FIELDS if name in task},
        kind: what,
        "run_id": task_run["run_id"],
        "attempt_number": task_run["attempt_number"],
        "original_attempt_run_id": task_run["original_attempt_run_id"],
        "run_page_url": f"{workspace.host}/?o={workspace.id}#job/{run['job_id']}/run/{task_run['run_id']}",
        **_times(task_run),
        "execution_duration": duration,
        **run_states.shown(task_run),
    }


def repair_history(run: Document) -> list[dict[str, Any]]:
    """The original run and its repairs, for `runs/get` with `include_history`."""
    return [
        {
            "type": repair["type"],
            **({"id": repair["id"]} if "id" in repair else {}),
            "start_time": repair["start_time"],
            "end_time": repair.get("end_time", 0),
            "task_run_ids": repair["task_run_ids"],
            **run_states.shown({"phase": run["phase"], **repair}),
        }
        for repair in run["repairs"]
    ]
