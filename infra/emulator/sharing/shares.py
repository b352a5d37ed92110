"""Shares: /api/2.1/unity-catalog/shares, what is in them, and which recipients may select from them.

databricks-sdk `sharing.SharesAPI`, `ShareInfo`, `SharedDataObject`, `UpdateShare`. To make one takes CREATE SHARE; a table,
schema, volume or model that is put into one must exist.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.sharing import recipients
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import METASTORE, SCHEMA, TABLE, VOLUME
from infra.emulator.workspace import Caller, Workspace

KIND: Final = "share"
_GRANTS: Final = "share_permissions"
#: Types of data objects, and the securables that they must be; others are kept as they are told.
_TYPES: Final = {
    "TABLE": TABLE,
    "VIEW": TABLE,
    "MATERIALIZED_VIEW": TABLE,
    "STREAMING_TABLE": TABLE,
    "FOREIGN_TABLE": TABLE,
    "SCHEMA": SCHEMA,
    "VOLUME": VOLUME,
    "MODEL": "model",
    **dict.fromkeys(("NOTEBOOK_FILE", "FUNCTION", "FEATURE_SPEC"), ""),
}


def _fetch(workspace: Workspace, caller: Caller, name: str, privilege: str = "USE_SHARE") -> Document:
    share = workspace.store.get(KIND, name.lower())
    if share is None:
        raise NotFound(f"Share '{name}' does not exist.", code="SHARE_DOES_NOT_EXIST")
    if share["owner"] not in caller.principals:
        require(workspace, caller, privilege, METASTORE, workspace.metastore_id)
    return share


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    name = request.required("name").lower()
    require(workspace, caller, "CREATE_SHARE", METASTORE, workspace.metastore_id)
    share: Document = {**registry.stamp(workspace, caller), "name": name, "objects": []}
    del share["metastore_id"]
    share |= {field: request.body[field] for field in ("comment", "storage_root") if request.body.get(field)}
    with workspace.store.transaction():
        if workspace.store.get(KIND, name) is not None:
            raise AlreadyExists(f"Share '{name}' already exists", code="SHARE_ALREADY_EXISTS")
        workspace.store.put(KIND, name, share)
    return _shown(share)


def _shown(share: Document, *, objects: bool = True) -> Document:
    return {name: value for name, value in share.items() if name != "objects" or (objects and value)}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    share = _fetch(workspace, caller, request.parameters["name"])
    return _shown(share, objects=request.flag("include_shared_data"))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return page(
        workspace, request, KIND, None, field="shares",
        show=lambda each: _shown(each, objects=False) if caller.is_admin or each["owner"] in caller.principals else None,
    )  # fmt: skip


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body
    with workspace.store.transaction():
        share = _fetch(workspace, caller, request.parameters["name"])
        for update in given.get("updates") or ():
            _apply(workspace, caller, share, str(update.get("action")), dict(update.get("data_object") or {}))
        share |= {field: given[field] for field in ("comment", "storage_root") if field in given}
        if given.get("owner"):
            share["owner"] = registry.principal(workspace, given["owner"])
        registry.touch(workspace, caller, share)
        old, share["name"] = share["name"], str(given.get("new_name") or share["name"]).lower()
        if old != share["name"] and workspace.store.get(KIND, share["name"]) is not None:
            raise AlreadyExists(f"Share '{share['name']}' already exists", code="SHARE_ALREADY_EXISTS")
        workspace.store.delete(KIND, old)
        workspace.store.put(KIND, share["name"], share)
    return _shown(share)


def _apply(workspace: Workspace, caller: Caller, share: Document, action: str, given: Document) -> None:
    """ADD, REMOVE or UPDATE one object of a share."""
    name, kind = str(given.get("name") or ""), str(given.get("data_object_type") or "TABLE")
    if kind not in _TYPES:
        raise InvalidParameter(f"data_object_type must be one of {', '.join(_TYPES)}, got '{kind}'")
    before = next((each for each in share["objects"] if each["name"].lower() == name.lower()), None)
    others = [each for each in share["objects"] if each is not before]
    if (action == "ADD") == (before is not None):
        state = "is already" if before else "is not"
        raise InvalidParameter(f"'{name}' {state} in share '{share['name']}'.")
    if action == "REMOVE":
        share["objects"] = others
    elif action in ("ADD", "UPDATE"):
        if _TYPES[kind]:
            registry.fetch(workspace, _TYPES[kind], name.lower())
        made = {"added_at": workspace.clock.millis(), "added_by": caller.name, "status": "ACTIVE"}
        usual: Document = {"data_object_type": kind, "shared_as": ".".join(name.split(".")[-2:])}
        usual |= {"history_data_sharing_status": "DISABLED", "cdf_enabled": False} if _TYPES[kind] == TABLE else {}
        share["objects"] = [*others, {**usual, **(before or {}), **given, **({} if before else made)}]
    else:
        raise InvalidParameter(f"action must be ADD, REMOVE or UPDATE, got '{action}'")


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    share = _fetch(workspace, caller, request.parameters["name"])
    workspace.store.delete(KIND, share["name"])
    workspace.store.delete(_GRANTS, share["name"])


def _permissions(workspace: Workspace, caller: Caller, request: Request) -> Document:
    share = _fetch(workspace, caller, request.parameters["name"])
    held = workspace.store.get(_GRANTS, share["name"]) or {}
    listed = [{"principal": name, "privileges": sorted(privileges)} for name, privileges in sorted(held.items())]
    return {"privilege_assignments": listed} if listed else {}


def _set_permissions(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Recipients are the principals of a share, SELECT its privilege."""
    with workspace.store.transaction():
        share = _fetch(workspace, caller, request.parameters["name"], "SET_SHARE_PERMISSION")
        held = {name: set(given) for name, given in (workspace.store.get(_GRANTS, share["name"]) or {}).items()}
        for change in request.body.get("changes") or ():
            name = str(change.get("principal") or "").lower()
            if workspace.store.get(recipients.KIND, name) is None:
                raise NotFound(f"Recipient '{name}' does not exist.", code="RECIPIENT_DOES_NOT_EXIST")
            if set(change.get("add") or ()) - {"SELECT"}:
                raise InvalidParameter("Of a share only SELECT can be granted.")
            held[name] = (held.get(name, set()) | set(change.get("add") or ())) - set(change.get("remove") or ())
        workspace.store.put(_GRANTS, share["name"], {name: sorted(given) for name, given in held.items() if given})
    return _permissions(workspace, caller, request)


_PATH = "/api/2.1/unity-catalog/shares"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
    Route("GET", f"{_PATH}/{{name}}/permissions", _permissions),
    Route("PATCH", f"{_PATH}/{{name}}/permissions", _set_permissions),
]
