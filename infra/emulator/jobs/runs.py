"""Runs of jobs: run-now, submit, get, list, cancel, cancel-all, delete, at Jobs API 2.2 and 2.1.

Shapes as databricks-sdk `service/jobs.py` (RunNow, SubmitRun, Run, RunTask). Repairs are in `infra.emulator.jobs.run_repairs`,
outputs in `infra.emulator.jobs.run_outputs`, what happens to a started run in `infra.emulator.jobs.supervisor`.
"""

from __future__ import annotations

import shutil
from typing import Any, Final

from infra.emulator.errors import InvalidParameter, InvalidState
from infra.emulator.identity import access_levels
from infra.emulator.jobs import job_settings, job_shapes, jobs, run_access, run_records, run_states
from infra.emulator.jobs.supervisor import has_capacity
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

#: Parameters of run-now that Databricks calls deprecated, and that only tasks take which do not run here.
_UNSUPPORTED: Final = (
    "jar_params", "notebook_params", "pipeline_params", "python_named_params", "python_params", "spark_submit_params",
)  # fmt: skip
_SUBMITTED: Final = (
    "tasks", "environments", "job_clusters", "git_source", "timeout_seconds", "email_notifications",
    "webhook_notifications", "notification_settings", "health", "queue", "run_as", "budget_policy_id",
)  # fmt: skip


def run_now(workspace: Workspace, caller: Caller, job: Document, body: Document, *, trigger: str = "ONE_TIME") -> Document:
    """Start a run of a job, or queue or skip it if enough are under way. The run, or the one its token has started.

    `trigger` as in databricks-sdk `jobs.TriggerType`.
    """
    job_shapes.check(body, job_shapes.RUN_NOW, "")
    if known := _by_token(workspace, body):
        return known
    for name in _UNSUPPORTED:
        if body.get(name):
            raise InvalidParameter(f"{name} is not supported by this workspace: use job_parameters.")
    settings = {**job["settings"], **({"queue": body["queue"]} if body.get("queue") else {})}
    settings["tasks"] = _chosen(settings.get("tasks") or [], body.get("only"))
    if not settings["tasks"]:
        raise InvalidParameter(f"Job {job['job_id']} has no tasks to run.")
    commands = body.get("dbt_commands")
    if commands:
        settings["tasks"] = [_with_commands(task, commands) for task in settings["tasks"]]
    defaults = {entry["name"]: str(entry.get("default", "")) for entry in settings.get("parameters") or ()}
    run = _new_run(workspace, caller, settings, job_id=job["job_id"], run_as=jobs.run_as(workspace, job))
    run |= {
        "run_name": settings["name"],
        "run_type": "JOB_RUN",
        "trigger": trigger,
        "defaults": defaults,
        "parameters": defaults | {name: str(value) for name, value in (body.get("job_parameters") or {}).items()},
        "overrides": {"dbt_commands": commands} if commands else {},
    }
    return _launch(workspace, run, body)


def submit(workspace: Workspace, caller: Caller, body: Document) -> Document:
    """Start a run that belongs to no job."""
    if known := _by_token(workspace, body):
        return known
    settings = job_settings.completed(
        {"name": body.get("run_name") or "Untitled", **{name: body[name] for name in _SUBMITTED if name in body}}
    )
    if not settings.get("tasks"):
        raise InvalidParameter("Missing required field: tasks")
    jobs.check_warehouses(workspace, settings)
    given = settings.get("run_as") or {}
    jobs.check_run_as(workspace, caller, given)
    run_as = given.get("service_principal_name") or given.get("user_name") or caller.name
    run = _new_run(workspace, caller, settings, job_id=run_records.new_id(workspace, "job"), run_as=run_as)
    run |= {"run_name": settings["name"], "run_type": "SUBMIT_RUN"}
    return _launch(workspace, run, body)


def _new_run(workspace: Workspace, caller: Caller, settings: Document, *, job_id: int, run_as: str) -> Document:
    now = workspace.clock.millis()
    return {
        "run_id": run_records.new_id(workspace, "run"),
        "job_id": job_id,
        "creator_user_name": caller.name,
        "run_as": run_as,
        "settings": settings,
        "defaults": {},
        "parameters": {},
        "overrides": {},
        "phase": run_states.PENDING,
        "start_time": now,
        "resumed_at": now,
        "queued_at": now,
        "end_time": 0,
        "repairs": [],
    }


def _launch(workspace: Workspace, run: Document, body: Document) -> Document:
    limit = run["settings"].get("max_concurrent_runs", 1)
    queue = bool((run["settings"].get("queue") or {}).get("enabled"))
    with workspace.store.transaction():
        free = run["run_type"] == "SUBMIT_RUN" or has_capacity(workspace, run)
        if not free and queue:
            run |= {"phase": run_states.QUEUED, "message": f"The job's limit of {limit} concurrent runs is reached."}
        elif not free:
            message = f"The job has {limit} concurrent runs already, as many as its max_concurrent_runs allows."
            result = "MAXIMUM_CONCURRENT_RUNS_REACHED"
            run |= {"phase": run_states.SKIPPED, "result": result, "message": message, "end_time": run["start_time"]}
        if free or queue:
            for task in run["settings"]["tasks"]:
                run_records.save_task(workspace, run_records.new_task_run(workspace, run, task))
        run_records.save(workspace, run)
        if body.get("idempotency_token"):
            workspace.store.put("run_token", body["idempotency_token"], {"run_id": run["run_id"]})
    if free:
        workspace.runs.start(run["run_id"])
    return run


def _by_token(workspace: Workspace, body: Document) -> Document | None:
    token = str(body.get("idempotency_token") or "")
    if len(token) > 64:
        raise InvalidParameter("idempotency_token must have at most 64 characters.")
    known = workspace.store.get("run_token", token) if token else None
    if known is None:
        return None
    run = workspace.store.get("run", str(known["run_id"]))
    if run is None:
        raise InvalidState(f"The run {known['run_id']} of the idempotency token '{token}' was deleted.")
    return run


def _chosen(tasks: list[Document], only: list[str] | None) -> list[Document]:
    """The tasks that `only` names, or all; dependencies on others fall away."""
    if not only:
        return tasks
    for key in only:
        if key not in {task["task_key"] for task in tasks}:
            raise InvalidParameter(f"only: the job has no task '{key}'.")
    return [
        {**task, "depends_on": [entry for entry in task.get("depends_on", ()) if entry["task_key"] in only]}
        for task in tasks
        if task["task_key"] in only
    ]


def _with_commands(task: Document, commands: list[str]) -> Document:
    for command in commands:
        job_settings.dbt_arguments(command)
    return {**task, "dbt_task": {**task["dbt_task"], "commands": commands}} if "dbt_task" in task else task


def _run_now(workspace: Workspace, caller: Caller, request: Request) -> Document:
    job = jobs.fetch(workspace, jobs.identifier(request, "job_id"))
    access_levels.require(workspace, caller, "CAN_MANAGE_RUN", jobs.TYPE, str(job["job_id"]))
    run = run_now(workspace, caller, job, request.body)
    return {"run_id": run["run_id"], "number_in_job": run["run_id"]}


def _submit(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return {"run_id": submit(workspace, caller, request.body)["run_id"]}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """A run with the attempts of its tasks; of a task run's id, that task run."""
    run_id = jobs.identifier(request, "run_id")
    task_run = run_records.get_task_run(workspace, run_id)
    run = run_records.get(workspace, task_run["job_run_id"] if task_run else run_id)
    run_access.require(workspace, caller, "CAN_VIEW", run)
    body = run_records.shown(workspace, run)
    if task_run is not None:
        return body | run_records.shown_task(workspace, run, task_run)
    body["tasks"] = [run_records.shown_task(workspace, run, task) for task in run_records.task_runs(workspace, run)]
    if request.flag("include_history"):
        body["repair_history"] = run_records.repair_history(run)
    body, following = jobs.in_pages(body, request, ("tasks", "job_clusters", "job_parameters", "repair_history"))
    return body | ({"next_page_token": following} if following else {})


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Newest first."""
    limit = request.number("limit", 20)
    if not 1 <= limit <= 25:
        raise InvalidParameter(f"limit must be from 1 to 25, got {limit}.")
    if request.flag("active_only") and request.flag("completed_only"):
        raise InvalidParameter("Only one of active_only and completed_only can be true.")
    after = decode(request.query.get("page_token", ""))
    shown: list[Document] = []
    while len(shown) <= limit:
        rows = workspace.store.list("run", request.query.get("job_id"), after=after, limit=100)
        shown += [run for _, run in rows if _matches(run, request) and run_access.may(workspace, caller, "CAN_VIEW", run)]
        if len(rows) < 100:
            break
        after = rows[-1][0]
    page, more = shown[:limit], len(shown) > limit
    body: Document = {"runs": [_listed(workspace, run, request) for run in page]} if page else {}
    return body | {"has_more": more} | ({"next_page_token": encode(str(page[-1]["run_id"]))} if more else {})


def _matches(run: Document, request: Request) -> bool:
    final = run_states.is_final(run)
    if (request.flag("active_only") and final) or (request.flag("completed_only") and not final):
        return False
    if request.query.get("run_type") not in (None, run["run_type"]):
        return False
    started = int(run["start_time"])
    return request.number("start_time_from", 0) <= started <= request.number("start_time_to", started)


def _listed(workspace: Workspace, run: Document, request: Request) -> Document:
    body = run_records.shown(workspace, run)
    if request.flag("expand_tasks"):
        tasks = [run_records.shown_task(workspace, run, task) for task in run_records.task_runs(workspace, run)]
        body["tasks"] = tasks[: jobs.PAGE]
        if len(tasks) > jobs.PAGE:
            body["has_more"] = True
    return body


def _cancel(workspace: Workspace, caller: Caller, request: Request) -> None:
    run_id = jobs.identifier(request, "run_id")
    task_run = run_records.get_task_run(workspace, run_id)
    run = run_records.get(workspace, task_run["job_run_id"] if task_run else run_id)
    run_access.require(workspace, caller, "CAN_MANAGE_RUN", run)
    if task_run is None:
        workspace.runs.cancel(run["run_id"])
    else:
        workspace.runs.cancel_task(task_run)


def _cancel_all(workspace: Workspace, caller: Caller, request: Request) -> None:
    """All active runs of a job, or the queued ones: of the job, or of all jobs that the caller may manage."""
    job_id = jobs.identifier(request, "job_id") if request.body.get("job_id") is not None else None
    queued = bool(request.body.get("all_queued_runs"))
    if job_id is not None:
        jobs.fetch(workspace, job_id)
        access_levels.require(workspace, caller, "CAN_MANAGE_RUN", jobs.TYPE, str(job_id))
    elif not queued:
        raise InvalidParameter("Missing required field: job_id")
    for run_id in run_records.active_ids(workspace, job_id):
        run = run_records.get(workspace, run_id)
        if (not queued or run["phase"] == run_states.QUEUED) and run_access.may(workspace, caller, "CAN_MANAGE_RUN", run):
            workspace.runs.cancel(run_id)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    run = run_records.get(workspace, jobs.identifier(request, "run_id"))
    run_access.require(workspace, caller, "CAN_MANAGE_RUN", run)
    if not run_states.is_final(run):
        raise InvalidState(f"Run {run['run_id']} is active: cancel it before you delete it.")
    run_records.delete(workspace, run)
    shutil.rmtree(workspace.folder / "runs" / str(run["run_id"]), ignore_errors=True)


def _export(workspace: Workspace, _caller: Caller, request: Request) -> Any:
    run_records.get(workspace, jobs.identifier(request, "run_id"))
    raise InvalidParameter("Only runs of notebook tasks can be exported, and this workspace runs no notebooks.")


routes = [
    Route(method, f"/api/{version}/jobs/{name}", handler)
    for version in ("2.2", "2.1")
    for method, name, handler in (
        ("POST", "run-now", _run_now),
        ("POST", "runs/submit", _submit),
        ("GET", "runs/get", _get),
        ("GET", "runs/list", _list),
        ("POST", "runs/cancel", _cancel),
        ("POST", "runs/cancel-all", _cancel_all),
        ("POST", "runs/delete", _delete),
        ("GET", "runs/export", _export),
    )
]
