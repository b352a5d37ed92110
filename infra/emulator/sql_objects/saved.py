"""Saved queries and alerts on them: /api/2.0/sql/queries, /api/2.0/sql/alerts.

databricks-sdk `sql.QueriesAPI`, `Query`, `sql.AlertsAPI`, `Alert`. A name is unique in its folder; what is deleted goes to the
trash, where it is still read by its id. An alert here is evaluated by a job's task alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.identity import access_levels
from infra.emulator.requests import Request, Route
from infra.emulator.sql_objects import shared
from infra.emulator.sql_objects.shared import ACTIVE, TRASHED
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace


@dataclass(frozen=True, slots=True)
class Kind:
    """Queries or alerts: the kind of document, the type of permissions, what a caller may set, what must be given, and the
    values that the workspace sets."""

    name: str
    type: str
    settable: tuple[str, ...]
    required: tuple[str, ...]
    usual: Document


QUERY: Final = Kind(
    "query",
    "sql/queries",
    (
        *("apply_auto_limit", "catalog", "description", "display_name", "owner_user_name", "parameters"),
        *("query_text", "run_as_mode", "schema", "tags", "warehouse_id"),
    ),
    ("display_name", "query_text"),
    {"apply_auto_limit": False, "run_as_mode": "OWNER"},
)
ALERT: Final = Kind(
    "alert",
    "sql/alerts",
    (
        *("condition", "custom_body", "custom_subject", "display_name", "notify_on_ok", "owner_user_name"),
        *("query_id", "seconds_to_retrigger"),
    ),
    ("display_name", "query_id", "condition"),
    {"notify_on_ok": False, "seconds_to_retrigger": 0, "state": "UNKNOWN"},
)
_OPERATORS: Final = (
    *("GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"),
    *("EQUAL", "NOT_EQUAL", "IS_NULL"),
)


def fetch(workspace: Workspace, kind: Kind, id: str) -> Document:
    """A query or alert, also a trashed one. Raises NotFound."""
    found = workspace.store.get(kind.name, id)
    if found is None:
        raise NotFound(f"{kind.name.title()} with id {id} does not exist.")
    return found


def _check(workspace: Workspace, kind: Kind, document: Document) -> None:
    missing = [name for name in kind.required if document.get(name) in (None, "")]
    if missing:
        raise InvalidParameter(f"Missing required field: {kind.name}.{missing[0]}")
    if document.get("owner_user_name"):
        shared.owner(workspace, document["owner_user_name"])
    if kind is QUERY and document.get("run_as_mode") not in (None, "OWNER", "VIEWER"):
        raise InvalidParameter(f"run_as_mode must be OWNER or VIEWER, got '{document['run_as_mode']}'")
    if kind is ALERT:
        if fetch(workspace, QUERY, str(document["query_id"]))["lifecycle_state"] == TRASHED:
            raise InvalidParameter(f"The query {document['query_id']} is in the trash.")
        operator = document["condition"].get("op")
        if operator not in _OPERATORS:
            raise InvalidParameter(f"condition.op must be one of {', '.join(_OPERATORS)}, got '{operator}'")


def _free_name(workspace: Workspace, kind: Kind, document: Document, *, resolve: bool) -> str:
    """The name, or another one where it is taken in its folder and `resolve` says so. Raises AlreadyExists."""
    taken = {
        other["display_name"]
        for _, other in workspace.store.list(kind.name)
        if other["folder"] == document["folder"] and other["id"] != document["id"] and other["lifecycle_state"] == ACTIVE
    }
    name, number = str(document["display_name"]), 1
    while document["display_name"] in taken and resolve and name in taken:
        name, number = f"{document['display_name']} ({number})", number + 1
    if name in taken:
        raise AlreadyExists(f"Node named '{name}' already exists")
    return name


def _create(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body.get(kind.name) or {}
    time = shared.now(workspace)
    document: Document = {
        **kind.usual,
        **{name: given[name] for name in kind.settable if given.get(name) is not None},
        "id": workspace.new_uuid(),
        "folder": shared.folder(workspace, caller, given.get("parent_path")),
        "lifecycle_state": ACTIVE,
        "create_time": time,
        "update_time": time,
    }
    document.setdefault("owner_user_name", caller.name)
    if kind is QUERY:
        document["last_modifier_user_name"] = caller.name
    with workspace.store.transaction():
        _check(workspace, kind, document)
        resolve = request.body.get("auto_resolve_display_name") is True
        document["display_name"] = _free_name(workspace, kind, document, resolve=resolve)
        workspace.store.put(kind.name, document["id"], document)
        access_levels.set_owner(workspace, caller, kind.type, document["id"])
    return _shown(document)


def _shown(document: Document) -> Document:
    shown = {name: value for name, value in document.items() if name != "folder"}
    return shown | {"parent_path": f"/Workspace{document['folder']}"}


def _get(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = fetch(workspace, kind, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_VIEW", kind.type, document["id"])
    return _shown(document)


def _list(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Document:
    active = [each for _, each in workspace.store.list(kind.name) if each["lifecycle_state"] == ACTIVE]
    listed = [{name: value for name, value in each.items() if name != "folder"} for each in active]
    return shared.page(request, shared.seen(workspace, caller, listed, kind.type), "results")


def _update(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body.get(kind.name) or {}
    with workspace.store.transaction():
        before = fetch(workspace, kind, request.parameters["id"])
        access_levels.require(workspace, caller, "CAN_EDIT", kind.type, before["id"])
        if before["lifecycle_state"] == TRASHED:
            raise InvalidParameter(f"{kind.name.title()} {before['id']} is in the trash.")
        document = kind.usual | shared.masked(before, given, str(request.body.get("update_mask") or ""), kind.settable)
        document.setdefault("owner_user_name", before["owner_user_name"])
        _check(workspace, kind, document)
        resolve = request.body.get("auto_resolve_display_name") is True
        document["display_name"] = _free_name(workspace, kind, document, resolve=resolve)
        document["update_time"] = shared.now(workspace)
        if kind is QUERY:
            document["last_modifier_user_name"] = caller.name
        workspace.store.put(kind.name, document["id"], document)
    return _shown(document)


def _trash(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        document = fetch(workspace, kind, request.parameters["id"])
        access_levels.require(workspace, caller, access_levels.MANAGE, kind.type, document["id"])
        workspace.store.put(kind.name, document["id"], document | {"lifecycle_state": TRASHED})


def _family(kind: Kind, path: str) -> list[Route]:
    return [
        Route("POST", path, partial(_create, kind)),
        Route("GET", path, partial(_list, kind)),
        Route("GET", f"{path}/{{id}}", partial(_get, kind)),
        Route("PATCH", f"{path}/{{id}}", partial(_update, kind)),
        Route("DELETE", f"{path}/{{id}}", partial(_trash, kind)),
    ]


routes = [*_family(QUERY, "/api/2.0/sql/queries"), *_family(ALERT, "/api/2.0/sql/alerts")]
