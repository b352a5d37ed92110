"""The endpoints below /api/2.0/permissions: read and change access control lists.

databricks-sdk `iam.PermissionsAPI`. The owner is kept through every change that names no other; admins' CAN_MANAGE is shown
as inherited from the type's root and cannot be taken away.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import BadRequest, InvalidParameter, NotFound
from infra.emulator.identity import access_levels, directory
from infra.emulator.identity.access_levels import MANAGE, OWNER, TYPES, entries, key, lineage, require
from infra.emulator.identity.directory import Kind
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import ADMINS, Caller, Workspace

_FIELDS: dict[str, Kind] = {
    "user_name": "user",
    "group_name": "group",
    "service_principal_name": "service_principal",
}
_TOKENS = "authorization/tokens"
_FIELD_OF = {kind: field for field, kind in _FIELDS.items()}
_WORDS = {"user_name": "UserName", "group_name": "GroupName", "service_principal_name": "ServicePrincipalName"}


def change(
    workspace: Workspace, caller: Caller, type_name: str, object_id: str, asked: list[dict[str, Any]], *, replace: bool
) -> None:
    """PUT or PATCH an access control list. A list without an owner keeps the present one."""
    with workspace.store.transaction():
        _check_exists(workspace, type_name, object_id)
        require(workspace, caller, MANAGE, type_name, object_id)
        given: dict[tuple[str, str], str] = {}
        levels = TYPES[type_name].levels
        for entry in asked:
            kind, name, wanted = _parse(workspace, type_name, entry)
            if TYPES[type_name].alone or (kind, name) != ("group", ADMINS):
                given[kind, name] = max(given.get((kind, name), wanted), wanted, key=levels.index)
        if replace and type_name == _TOKENS and ("group", ADMINS) not in given:
            raise BadRequest(f"Cannot change permissions for group '{ADMINS}' to None.")
        before = {(entry["kind"], entry["name"]): entry["level"] for entry in entries(workspace, type_name, object_id)}
        new_owner = next((who for who, held in given.items() if held == OWNER), None)
        if replace:
            kept = {} if new_owner else {who: held for who, held in before.items() if held == OWNER}
        else:
            kept = {who: held for who, held in before.items() if not (new_owner and held == OWNER)}
        listed = [{"kind": kind, "name": name, "level": held} for (kind, name), held in (given | kept | given).items()]
        if new_owner is None:
            for entry in listed:
                entry["level"] = OWNER if before.get((entry["kind"], entry["name"])) == OWNER else entry["level"]
        access_levels.put(workspace, type_name, object_id, listed)


def _parse(workspace: Workspace, type_name: str, entry: dict[str, Any]) -> tuple[Kind, str, str]:
    fields = [field for field in _FIELDS if entry.get(field)]
    if len(fields) != 1:
        raise InvalidParameter("Each entry needs one of user_name, group_name and service_principal_name.")
    kind, name = _FIELDS[fields[0]], str(entry[fields[0]])
    found = directory.by_name(workspace, kind, name)
    if found is None and kind == "user":
        # The official provider names whoever calls it as a user, whom a pipeline's service principal is not.
        kind, found = "service_principal", directory.by_name(workspace, "service_principal", name)
    if found is None:
        raise NotFound(f"Principal: {_WORDS[fields[0]]}({name}) does not exist")
    wanted, levels = entry.get("permission_level"), TYPES[type_name].levels
    if wanted not in levels:
        raise InvalidParameter(
            f"Permission level '{wanted}' is not supported on {TYPES[type_name].name}; supported are {', '.join(levels)}"
        )
    if wanted == OWNER and kind == "group":
        raise InvalidParameter("Group can not be an owner.")
    return kind, str(found[directory.NAME_FIELDS[kind]]), wanted


def _check_exists(workspace: Workspace, type_name: str, object_id: str) -> None:
    if TYPES[type_name].alone or (type_name, object_id) == ("directories", access_levels.ROOT):
        return
    if workspace.store.get(TYPES[type_name].kind, object_id) is None:
        raise NotFound(f"{TYPES[type_name].name.removesuffix('s').capitalize()} {object_id} does not exist.")


def render(workspace: Workspace, type_name: str, object_id: str) -> Document:
    """As the API answers: direct entries, inherited ones, admins."""
    object_type = TYPES[type_name]
    by_principal: dict[tuple[str, str], list[Document]] = {}
    for each_type, each_id in lineage(workspace, type_name, object_id):
        own = (each_type, each_id) == (type_name, object_id)
        for entry in entries(workspace, each_type, each_id):
            held: Document = {"permission_level": entry["level"], "inherited": not own}
            if not own:
                held["inherited_from_object"] = [key(each_type, each_id)]
            by_principal.setdefault((entry["kind"], entry["name"]), []).append(held)
    highest = MANAGE if MANAGE in object_type.levels else object_type.levels[-1]
    admins = {"permission_level": highest, "inherited": True, "inherited_from_object": [object_type.root]}
    if not object_type.alone:
        by_principal.setdefault(("group", ADMINS), []).append(admins)
    listed = [_render_entry(workspace, kind, name, held) for (kind, name), held in by_principal.items()]
    return {
        "object_id": key(type_name, object_id),
        "object_type": object_type.name,
        "access_control_list": sorted(listed, key=lambda each: ("group_name" in each, str(each))),
    }


def _render_entry(workspace: Workspace, kind: Any, name: str, held: list[Document]) -> Document:
    body: Document = {_FIELD_OF[kind]: name, "all_permissions": held}
    principal = directory.by_name(workspace, kind, name)
    if kind != "group" and principal is not None:
        body["display_name"] = principal.get("displayName") or name
    return body


def _target(workspace: Workspace, request: Request) -> tuple[str, str]:
    type_name, object_id = request.parameters["type"], request.parameters["id"]
    if request.path.startswith("/api/2.0/permissions/sql/"):
        type_name = f"sql/{type_name}"
    if type_name == "authorization":
        type_name = f"authorization/{object_id}"
    if type_name not in TYPES:
        raise InvalidParameter(f"'{type_name}' has no permissions in this workspace; known are {', '.join(TYPES)}")
    _check_exists(workspace, type_name, object_id)
    return type_name, object_id


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    target = _target(workspace, request)
    require(workspace, caller, TYPES[target[0]].levels[0], *target)
    return render(workspace, *target)


def _levels(workspace: Workspace, caller: Caller, request: Request) -> Document:
    target = _target(workspace, request)
    require(workspace, caller, TYPES[target[0]].levels[0], *target)
    described = [
        {"permission_level": each, "description": each.replace("_", " ").capitalize()} for each in TYPES[target[0]].levels
    ]
    return {"permission_levels": described}


def _put_list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    target = _target(workspace, request)
    change(workspace, caller, *target, request.body.get("access_control_list") or [], replace=True)
    return render(workspace, *target)


def _patch_list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    target = _target(workspace, request)
    change(workspace, caller, *target, request.body.get("access_control_list") or [], replace=False)
    return render(workspace, *target)


def _family(path: str) -> list[Route]:
    return [
        Route("GET", path, _get),
        Route("PUT", path, _put_list),
        Route("PATCH", path, _patch_list),
        Route("GET", f"{path}/permissionLevels", _levels),
    ]


routes = [*_family("/api/2.0/permissions/{type}/{id}"), *_family("/api/2.0/permissions/sql/{type}/{id}")]
