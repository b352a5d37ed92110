"""Outputs of task runs: `runs/get-output`, and the link by which dbt's artifacts are downloaded.

Shape as databricks-sdk's RunOutput and DbtOutput. The link is signed and valid for half an hour; it needs no token.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.jobs import dbt_tasks, jobs, run_access, run_records, run_states
from infra.emulator.jobs.job_settings import task_type
from infra.emulator.jobs.run_tasks import folder_of
from infra.emulator.requests import Request, Response, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_LINK_SECONDS: Final = 1800
#: Of what a task has left, what this call answers; the rest is shown with the task run.
_ANSWERED: Final = ("sql_output", "run_job_output")
#: Of a longer log, only its end is answered.
_LOG_BYTES: Final = 5 * 1024 * 1024


def _get_output(workspace: Workspace, caller: Caller, request: Request) -> Document:
    run_id = jobs.identifier(request, "run_id")
    task_run = run_records.get_task_run(workspace, run_id)
    if task_run is None:
        run_records.get(workspace, run_id)
        raise InvalidParameter(
            "Retrieving the output of runs with multiple tasks is not supported."
            " Please retrieve the output of each individual task run instead."
        )
    run = run_records.get(workspace, task_run["job_run_id"])
    run_access.require(workspace, caller, "CAN_VIEW", run)
    body: Document = {"metadata": run_records.shown(workspace, run) | run_records.shown_task(workspace, run, task_run)}
    body |= _logs(workspace, task_run)
    if task_run.get("error"):
        body["error"] = task_run["error"]
    if task_run.get("trace"):
        body["error_trace"] = task_run["trace"]
    body |= {name: value for name, value in (task_run.get("output") or {}).items() if name in _ANSWERED}
    if task_type(task_run["task"]) == "dbt_task":
        body["dbt_output"] = _dbt_output(workspace, task_run)
    return body


def _logs(workspace: Workspace, task_run: Document) -> Document:
    path = folder_of(workspace, task_run) / dbt_tasks.LOG
    if not path.exists():
        return {"logs": "", "logs_truncated": False}
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - _LOG_BYTES))
        return {"logs": file.read().decode(errors="replace"), "logs_truncated": size > _LOG_BYTES}


def _dbt_output(workspace: Workspace, task_run: Document) -> Document:
    archive = folder_of(workspace, task_run) / dbt_tasks.ARTIFACTS
    if not run_states.is_final(task_run) or not archive.exists():
        return {}
    expires = int(workspace.clock.now()) + _LINK_SECONDS
    signature = _signature(workspace, task_run["run_id"], expires)
    link = f"{workspace.host}/dbt-artifacts/{task_run['run_id']}?expires={expires}&signature={signature}"
    return {"artifacts_link": link, "artifacts_headers": {}}


def _signature(workspace: Workspace, run_id: int, expires: int) -> str:
    return hmac.new(workspace.link_key, f"{run_id}/{expires}".encode(), sha256).hexdigest()


def _artifacts(workspace: Workspace, _caller: Caller, request: Request) -> Response:
    """The archive itself. Open: the signature is the credential."""
    expires = request.number("expires", 0)
    task_run = run_records.get_task_run(workspace, request.parameters["run_id"])
    if task_run is None:
        raise NotFound(f"Run {request.parameters['run_id']} does not exist.")
    expected = _signature(workspace, task_run["run_id"], expires)
    if expires < workspace.clock.now() or not hmac.compare_digest(expected, request.query.get("signature", "")):
        raise PermissionDenied("The link has expired or is not valid. Ask runs/get-output for a new one.")
    archive = folder_of(workspace, task_run) / dbt_tasks.ARTIFACTS
    if not archive.exists():
        raise NotFound(f"Run {task_run['run_id']} has no artifacts.")
    return Response(archive.read_bytes(), content_type="application/gzip")


routes = [
    *(Route("GET", f"/api/{version}/jobs/runs/get-output", _get_output, slow=True) for version in ("2.2", "2.1")),
    Route("GET", "/dbt-artifacts/{run_id}", _artifacts, open=True, slow=True),
]
