"""`runs/repair`: some tasks of a run that has ended are run again, as further attempts within the same run.

Shapes as databricks-sdk `service/jobs.py` (RepairRun, RepairHistoryItem).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infra.emulator.errors import InvalidParameter, InvalidState
from infra.emulator.jobs import job_settings, job_shapes, jobs, run_access, run_records, run_states, task_graph
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

#: Results that need no repair.
_SOUND: Final = frozenset({"SUCCESS", "EXCLUDED", "DISABLED"})


def repair(workspace: Workspace, run: Document, body: Document) -> int:
    """Run tasks of an ended run again; the repair's id."""
    job_shapes.check(body, job_shapes.REPAIR, "")
    if not run_states.is_final(run) or run["phase"] == run_states.SKIPPED:
        raise InvalidState(f"Run {run['run_id']} cannot be repaired: it is {run['phase']}, not ended after running.")
    latest_id = run["repairs"][-1].get("id") if run["repairs"] else None
    given = body.get("latest_repair_id")
    if latest_id is not None and (given is None or int(given) != latest_id):
        raise InvalidParameter(f"latest_repair_id must be {latest_id}, the run's latest repair, got {given}.")
    attempts = run_records.latest(run_records.task_runs(workspace, run))
    keys = _to_repair(run, attempts, body)
    repair_id = run_records.new_id(workspace, "run")
    now = workspace.clock.millis()
    if not run["repairs"]:
        end = {name: run[name] for name in ("phase", "result", "message", "end_time")}
        ids = [task_run["run_id"] for task_run in attempts.values()]
        run["repairs"] = [{"type": "ORIGINAL", "start_time": run["start_time"], "task_run_ids": ids, **end}]
    with workspace.store.transaction():
        fresh = _current_tasks(workspace, run, keys)
        run["settings"]["tasks"] = [fresh.get(task["task_key"], task) for task in run["settings"]["tasks"]]
        again = [run_records.new_task_run(workspace, run, fresh[key], attempts[key]) for key in keys]
        for task_run in again:
            run_records.save_task(workspace, task_run)
        ids = [task_run["run_id"] for task_run in again]
        run["repairs"].append({"type": "REPAIR", "id": repair_id, "start_time": now, "task_run_ids": ids})
        run["parameters"] |= {name: str(value) for name, value in (body.get("job_parameters") or {}).items()}
        run |= {"phase": run_states.PENDING, "result": None, "message": "", "end_time": 0, "resumed_at": now}
        run_records.save(workspace, run)
    workspace.runs.start(run["run_id"])
    return repair_id


def _to_repair(run: Document, attempts: dict[str, Document], body: Document) -> list[str]:
    graph = {task["task_key"]: job_settings.dependencies(task) for task in run["settings"]["tasks"]}
    chosen = set(body.get("rerun_tasks") or ())
    if body.get("rerun_all_failed_tasks"):
        if chosen:
            raise InvalidParameter("Only one of rerun_tasks and rerun_all_failed_tasks can be set.")
        chosen = {key for key in graph if attempts[key]["result"] not in _SOUND}
    if unknown := chosen - set(graph):
        raise InvalidParameter(f"rerun_tasks: the run has no task '{sorted(unknown)[0]}'.")
    if body.get("rerun_dependent_tasks"):
        chosen |= task_graph.dependents(graph, sorted(chosen))
    if not chosen:
        raise InvalidParameter("There is nothing to repair: name rerun_tasks, or rerun_all_failed_tasks of a run that failed.")
    return [key for key in graph if key in chosen]


def _current_tasks(workspace: Workspace, run: Document, keys: Iterable[str]) -> dict[str, Document]:
    """The tasks as the job has them by now, in the run's own order of execution."""
    job = workspace.store.get("job", str(run["job_id"]))
    now = {task["task_key"]: task for task in job["settings"].get("tasks", ())} if job else {}
    then = {task["task_key"]: task for task in run["settings"]["tasks"]}
    return {key: {**now.get(key, then[key]), "depends_on": then[key].get("depends_on", [])} for key in keys}


def _repair(workspace: Workspace, caller: Caller, request: Request) -> Document:
    run = run_records.get(workspace, jobs.identifier(request, "run_id"))
    run_access.require(workspace, caller, "CAN_MANAGE_RUN", run)
    return {"repair_id": repair(workspace, run, request.body)}


routes = [Route("POST", f"/api/{version}/jobs/runs/repair", _repair) for version in ("2.2", "2.1")]
