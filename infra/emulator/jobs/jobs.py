"""Jobs: create, get, list, update, reset, delete, at Jobs API 2.2 and 2.1.

Shapes as databricks-sdk `service/jobs.py` (CreateJob, Job, BaseJob, UpdateJob, ResetJob), defaults as recorded from
`jobs/get`. Schedules, periods and arriving files start jobs (`infra.emulator.jobs.triggers`); other triggers are kept and start
nothing. Notifications are kept, none is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.emulator.errors import InvalidParameter, PermissionDenied
from infra.emulator.identity import access_levels, directory, permissions
from infra.emulator.jobs import job_settings, job_shapes, run_records, triggers
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

TYPE: Final = "jobs"
#: Lists that `jobs/get` gives out in pages of a hundred, from version 2.2 on.
PAGED: Final = ("tasks", "job_clusters", "environments", "parameters")
PAGE: Final = 100


def fetch(workspace: Workspace, job_id: object) -> Document:
    """A job by its id. Raises InvalidParameter, in the words by which SDKs know that it does not exist."""
    job = workspace.store.get("job", str(job_id))
    if job is None:
        raise InvalidParameter(f"Job {job_id} does not exist.")
    return job


def create(workspace: Workspace, caller: Caller, body: Document) -> int:
    """Make a job that the caller owns; its id."""
    access = body.get("access_control_list")
    settings = _checked(workspace, caller, {key: value for key, value in body.items() if key != "access_control_list"})
    with workspace.store.transaction():
        job_id = run_records.new_id(workspace, "job")
        job = {
            "job_id": job_id,
            "creator_user_name": caller.name,
            "created_time": workspace.clock.millis(),
            "settings": settings,
        }
        _save(workspace, job)
        access_levels.set_owner(workspace, caller, TYPE, str(job_id))
        if access:
            permissions.change(workspace, caller, TYPE, str(job_id), access, replace=True)
    return job_id


def run_as(workspace: Workspace, job: Document) -> str:
    """The principal whose rights the job's runs have: `run_as`, or the owner."""
    given = job["settings"].get("run_as") or {}
    named = given.get("service_principal_name") or given.get("user_name")
    return str(named or access_levels.owner_of(workspace, TYPE, str(job["job_id"])) or job["creator_user_name"])


def check_run_as(workspace: Workspace, caller: Caller, given: Document) -> None:
    """Raises InvalidParameter for a principal that is not there, PermissionDenied for one the caller may not run as."""
    name = given.get("user_name")
    if name and directory.by_name(workspace, "user", name) is None:
        raise InvalidParameter(f"run_as.user_name: there is no user '{name}' in this workspace.")
    if name and name != caller.name and not caller.is_admin:
        raise PermissionDenied("Only a workspace admin may set run_as.user_name to someone else.")
    application_id = given.get("service_principal_name")
    if not application_id:
        return
    principal = directory.by_name(workspace, "service_principal", application_id)
    if principal is None:
        raise InvalidParameter(
            f"run_as.service_principal_name: there is no service principal with application id '{application_id}' in this"
            " workspace."
        )
    if not caller.is_admin and caller.name != principal["applicationId"]:
        raise PermissionDenied(
            f"{caller.name} may not run jobs as the service principal {application_id}: here only admins may, and the service"
            " principal itself."
        )


def _checked(workspace: Workspace, caller: Caller, settings: Document, before: Document | None = None) -> Document:
    """Complete settings of which everything they name exists. `before`: those that they replace."""
    result = job_settings.completed(settings)
    check_warehouses(workspace, result)
    given = result.get("run_as")
    if given and given != (before or {}).get("run_as"):
        check_run_as(workspace, caller, given)
    return result


def check_warehouses(workspace: Workspace, settings: Document) -> None:
    """Raises InvalidParameter if a task names a warehouse that is not there."""
    for key, warehouse_id in job_settings.warehouses(settings):
        if workspace.store.get("warehouse", warehouse_id) is None:
            raise InvalidParameter(f"Task '{key}': SQL warehouse '{warehouse_id}' does not exist.")


def _save(workspace: Workspace, job: Document) -> None:
    # By its name as parent, so that the name filter of a list reads no other job.
    workspace.store.put("job", str(job["job_id"]), job, parent=job["settings"]["name"].lower())
    triggers.note(workspace, job)


def identifier(request: Request, name: str = "job_id") -> int:
    """A number of the request. Raises InvalidParameter if it is missing or none."""
    text = request.required(name)
    if not text.isdigit():
        raise InvalidParameter(f"{name} must be an integer, got '{text}'.")
    return int(text)


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return {"job_id": create(workspace, caller, request.body)}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    job = fetch(workspace, identifier(request))
    access_levels.require(workspace, caller, "CAN_VIEW", TYPE, str(job["job_id"]))
    body = {key: job[key] for key in ("job_id", "creator_user_name", "created_time")}
    settings, following = in_pages(job["settings"], request)
    body |= {"run_as_user_name": run_as(workspace, job), "settings": settings}
    return body | ({"next_page_token": following} if following else {})


def in_pages(body: Document, request: Request, lists: tuple[str, ...] = PAGED) -> tuple[Document, str]:
    """`body` with its long lists cut to the page asked for, and the next page's token. Version 2.1 gives all at once."""
    if "/api/2.2/" not in request.path:
        return body, ""
    token = decode(request.query.get("page_token", ""))
    if token and not token.isdigit():
        raise InvalidParameter(f"Invalid page token: {request.query['page_token']}")
    start = int(token or 0)
    longest = max((len(body.get(name) or ()) for name in lists), default=0)
    page = {name: body[name][start : start + PAGE] for name in lists if name in body}
    return {**body, **page}, encode(str(start + PAGE)) if longest > start + PAGE else ""


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Newest first, `limit` of those that the caller may see."""
    limit = request.number("limit", 20)
    if not 1 <= limit <= 100:
        raise InvalidParameter(f"limit must be from 1 to 100, got {limit}.")
    name = request.query.get("name")
    after = decode(request.query.get("page_token", ""))
    shown: list[Document] = []
    while len(shown) <= limit:
        rows = workspace.store.list("job", name.lower() if name else None, after=after, limit=limit + 1)
        shown += [job for key, job in rows if access_levels.level(workspace, caller, TYPE, key)]
        if len(rows) <= limit:
            break
        after = rows[-1][0]
    page = shown[:limit]
    body: Document = {"jobs": [_listed(job, request) for job in page]} if page else {}
    body["has_more"] = len(shown) > limit
    if body["has_more"]:
        body["next_page_token"] = encode(str(page[-1]["job_id"]))
    return body


def _listed(job: Document, request: Request) -> Document:
    settings = dict(job["settings"])
    more = False
    if not request.flag("expand_tasks"):
        for name in ("tasks", "job_clusters"):
            settings.pop(name, None)
    elif "/api/2.2/" in request.path:
        more = any(len(settings.get(name) or ()) > PAGE for name in PAGED)
        settings |= {name: settings[name][:PAGE] for name in PAGED if name in settings}
    body = {key: job[key] for key in ("job_id", "creator_user_name", "created_time")}
    return body | {"settings": settings} | ({"has_more": True} if more else {})


def _update(workspace: Workspace, caller: Caller, request: Request) -> None:
    removed = request.body.get("fields_to_remove") or []
    _change(workspace, caller, request, lambda old, new: job_settings.merged(old, new, removed))


def _reset(workspace: Workspace, caller: Caller, request: Request) -> None:
    if not isinstance(request.body.get("new_settings"), dict):
        raise InvalidParameter("Missing required field: new_settings")
    _change(workspace, caller, request, lambda _old, new: new)


def _change(workspace: Workspace, caller: Caller, request: Request, settle: Callable[[Document, Document], Document]) -> None:
    job_shapes.check(request.body, job_shapes.UPDATE, "")
    with workspace.store.transaction():
        job = fetch(workspace, identifier(request))
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, str(job["job_id"]))
        before = job["settings"]
        job["settings"] = _checked(workspace, caller, settle(before, request.body.get("new_settings") or {}), before)
        _save(workspace, job)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    """Its active runs are canceled; their records stay readable by id."""
    job = fetch(workspace, identifier(request))
    access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, str(job["job_id"]))
    with workspace.store.transaction():
        workspace.store.delete("job", str(job["job_id"]))
        triggers.forget(workspace, job["job_id"])
        access_levels.forget(workspace, TYPE, str(job["job_id"]))
    for run_id in run_records.active_ids(workspace, job["job_id"]):
        workspace.runs.cancel(run_id)


routes = [
    Route(method, f"/api/{version}/jobs/{name}", handler)
    for version in ("2.2", "2.1")
    for method, name, handler in (
        ("POST", "create", _create),
        ("GET", "get", _get),
        ("GET", "list", _list),
        ("POST", "update", _update),
        ("POST", "reset", _reset),
        ("POST", "delete", _delete),
    )
]
