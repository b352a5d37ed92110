"""Users, groups and service principals as SCIM's resources: create, replace, patch, remove, render.

RFC 7643, 7644; databricks-sdk `iam.User`, `Group`, `ServicePrincipal`. The endpoints are in `infra.emulator.identity.scim`.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied
from infra.emulator.files import objects
from infra.emulator.identity import directory
from infra.emulator.identity.directory import NAME_FIELDS, Kind
from infra.emulator.identity.scim_language import operations
from infra.emulator.jobs import references
from infra.emulator.store import Document
from infra.emulator.workspace import ALL_USERS, Caller, Workspace

RESOURCES: dict[str, Kind] = {"Users": "user", "Groups": "group", "ServicePrincipals": "service_principal"}
_COLLECTIONS = {kind: name for name, kind in RESOURCES.items()}
_SCHEMAS: dict[Kind, str] = {
    "user": "urn:ietf:params:scim:schemas:core:2.0:User",
    "group": "urn:ietf:params:scim:schemas:core:2.0:Group",
    "service_principal": "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal",
}
_TITLES: dict[Kind, str] = {"user": "User", "group": "Group", "service_principal": "Service principal"}
#: Lists of {"value": …} that a resource keeps; members are edges in the directory instead.
VALUE_LISTS = ("entitlements", "roles")
KEPT: dict[Kind, tuple[str, ...]] = {
    "user": ("userName", "displayName", "active", "externalId", "emails", "name"),
    "group": ("displayName", "externalId"),
    "service_principal": ("applicationId", "displayName", "active", "externalId"),
}


def create(workspace: Workspace, caller: Caller, kind: Kind, body: dict[str, Any]) -> Document:
    """Add a principal. Raises AlreadyExists if its name is taken."""
    _require_admin(caller)
    document: Document = {"id": directory.new_id(workspace), **_kept(kind, body)}
    if kind == "service_principal":
        document.setdefault("applicationId", workspace.new_uuid())
    name = document.get(NAME_FIELDS[kind])
    if not name:
        raise BadRequest(f"{NAME_FIELDS[kind]} is required")
    if kind == "user":
        document.setdefault("displayName", name)
        document.setdefault("emails", [{"type": "work", "value": name, "primary": True}])
    if kind != "group":
        document.setdefault("active", True)
    with workspace.store.transaction():
        _check_free(workspace, kind, name)
        directory.put(workspace, kind, document)
        if kind == "group":
            _set_members(workspace, document["id"], "add", _values(body.get("members")))
        else:
            objects.make_home(workspace, kind, name)
    return document


def replace(workspace: Workspace, caller: Caller, kind: Kind, principal_id: str, body: dict[str, Any]) -> Document:
    """PUT: all that the body does not say is reset, members included; id and applicationId stay."""
    _require_admin(caller)
    with workspace.store.transaction():
        old = fetch(workspace, kind, principal_id)
        fixed = {field: old[field] for field in ("id", "applicationId", "local", "active") if field in old}
        document = {NAME_FIELDS[kind]: old[NAME_FIELDS[kind]], **fixed, **_kept(kind, body)}
        document |= {field: old[field] for field in ("id", "applicationId") if field in old}
        _rename(workspace, kind, old, document)
        directory.put(workspace, kind, document)
        if kind == "group":
            _set_members(workspace, principal_id, "replace", _values(body.get("members")))
    return document


def patch(workspace: Workspace, caller: Caller, kind: Kind, principal_id: str, body: dict[str, Any]) -> None:
    """Apply the operations in order, all or none."""
    _require_admin(caller)
    with workspace.store.transaction():
        document = fetch(workspace, kind, principal_id)
        old = dict(document)
        for op, attribute, selection, value in operations(body):
            chosen = [selection] if selection is not None else _values(value)
            if attribute == "members" and kind == "group":
                _set_members(workspace, principal_id, op, chosen, everything=value is None and selection is None)
            elif attribute in VALUE_LISTS:
                document[attribute] = _changed(document.get(attribute, []), op, chosen, clear=value is None and not selection)
            elif attribute in KEPT[kind] and attribute != "applicationId":
                if op != "remove" and value is None:
                    raise BadRequest(f"The operation {op} on {attribute} has no value.")
                document[attribute] = None if op == "remove" else _flag(value) if attribute == "active" else value
            elif attribute.startswith("name."):
                document["name"] = {**document.get("name", {}), attribute[5:]: value}
            else:
                raise BadRequest(f"Attribute {attribute} of a {_TITLES[kind].lower()} cannot be changed.")
        document = {field: value for field, value in document.items() if value is not None and value != []}
        _rename(workspace, kind, old, document)
        directory.put(workspace, kind, document)


def remove(workspace: Workspace, caller: Caller, kind: Kind, principal_id: str) -> None:
    """Delete a principal with its memberships, tokens and secrets. Grants to its name stay, as on Databricks."""
    _require_admin(caller)
    with workspace.store.transaction():
        document = fetch(workspace, kind, principal_id)
        if document.get("local"):
            raise BadRequest(f"Group {document['displayName']} belongs to the system and cannot be deleted.")
        if principal_id == caller.id:
            raise BadRequest("You cannot delete yourself.")
        for stored in ("token", "oauth_secret"):
            for key, _ in workspace.store.list(stored, principal_id):
                workspace.store.delete(stored, key)
        directory.remove(workspace, kind, document)
        if kind != "group":
            objects.remove_home(workspace, document[NAME_FIELDS[kind]])


def fetch(workspace: Workspace, kind: Kind, principal_id: str) -> Document:
    """The document. Raises NotFound in SCIM's words."""
    document = workspace.store.get(kind, principal_id)
    if document is None:
        raise NotFound(f"{_TITLES[kind]} with id {principal_id} not found.")
    return document


def render(workspace: Workspace, kind: Kind, document: Document, wanted: frozenset[str] | None = None) -> Document:
    """As the wire has it; `wanted` limits it to these attributes, so that costly ones are not gathered in vain."""
    body: Document = {"schemas": [_SCHEMAS[kind]], "id": document["id"]}
    body |= {field: document[field] for field in (*KEPT[kind], *VALUE_LISTS) if field in document}
    if kind == "group":
        body["meta"] = {"resourceType": "WorkspaceGroup" if document.get("local") else "Group"}
        if wanted is None or "members" in wanted:
            body["members"] = _members(workspace, document)
    if wanted is None or "groups" in wanted:
        body["groups"] = [
            _reference("group", workspace.store.get("group", group_id) or {"id": group_id}) | {"type": "direct"}
            for group_id in directory.group_ids(workspace, document["id"])
        ]
    body = {field: value for field, value in body.items() if value != []}
    return body if wanted is None else {field: value for field, value in body.items() if field in wanted}


def _members(workspace: Workspace, group: Document) -> list[Document]:
    if group["displayName"] == ALL_USERS and group.get("local"):
        everybody = [(kind, body) for kind in ("user", "service_principal") for _, body in workspace.store.list(kind)]
    else:
        found = (directory.by_id(workspace, member_id) for member_id in directory.member_ids(workspace, group["id"]))
        everybody = [each for each in found if each is not None]
    return [_reference(kind, body) for kind, body in everybody]


def _reference(kind: Any, body: Document) -> Document:
    display = body.get("displayName") or body.get(NAME_FIELDS[kind], "")
    return {"display": display, "value": body["id"], "$ref": f"{_COLLECTIONS[kind]}/{body['id']}"}


def _kept(kind: Kind, body: dict[str, Any]) -> Document:
    """The fields of a request that a resource keeps. The official provider sends `entitlements: [{}]` for none."""
    kept = {field: body[field] for field in KEPT[kind] if body.get(field) not in (None, "")}
    for field in VALUE_LISTS:
        if values := _values(body.get(field)):
            kept[field] = [{"value": value} for value in dict.fromkeys(values)]
    return kept


def _flag(value: Any) -> bool:
    """A boolean, which some clients write as text."""
    return str(value).lower() == "true"


def _values(value: Any) -> list[str]:
    """The texts of [{"value": "x"}], {"value": "x"}, ["x"] or "x"."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    texts = [each.get("value") if isinstance(each, dict) else each for each in listed]
    return [str(text) for text in texts if text not in (None, "")]


def _changed(old: list[Document], op: str, values: list[str], *, clear: bool) -> list[Document]:
    had = [] if op == "replace" or (op == "remove" and clear) else [each["value"] for each in old]
    kept = [value for value in had if value not in values] if op == "remove" else [*had, *values]
    return [{"value": value} for value in dict.fromkeys(kept)]


def _set_members(workspace: Workspace, group_id: str, op: str, ids: list[str], *, everything: bool = False) -> None:
    present = set(directory.member_ids(workspace, group_id)) if op == "replace" or everything else set()
    leaving = present - set(ids) if op == "replace" else present if everything else set(ids) if op == "remove" else set()
    for member_id in leaving:
        directory.leave(workspace, group_id, member_id)
    for member_id in ids if op != "remove" else ():
        found = directory.by_id(workspace, member_id)
        if found is None:
            raise NotFound(f"Member with id {member_id} not found.")
        if found[0] == "group" and group_id in _within(workspace, member_id):
            raise BadRequest(f"Adding group {member_id} to group {group_id} would make a cycle.")
        directory.join(workspace, group_id, member_id)


def _within(workspace: Workspace, group_id: str) -> set[str]:
    """The group and all groups that it holds, however deep."""
    seen, waiting = {group_id}, [group_id]
    while waiting:
        inside = [each for each in directory.member_ids(workspace, waiting.pop()) if each not in seen]
        inside = [each for each in inside if workspace.store.get("group", each) is not None]
        seen.update(inside)
        waiting += inside
    return seen


def _check_free(workspace: Workspace, kind: Kind, name: str) -> None:
    if directory.by_name(workspace, kind, name) is not None:
        noun = {"user": "username", "group": "name", "service_principal": "application ID"}[kind]
        raise AlreadyExists(f"{_TITLES[kind]} with {noun} {name} already exists.")


def _rename(workspace: Workspace, kind: Kind, old: Document, new: Document) -> None:
    """What was granted to a principal, and what it owns, goes on under its new name."""
    field = NAME_FIELDS[kind]
    if old[field] == new.get(field):
        return
    if old.get("local"):
        raise BadRequest(f"Group {old[field]} belongs to the system and cannot be renamed.")
    if not new.get(field):
        raise BadRequest(f"{field} is required")
    if old[field].lower() != new[field].lower():
        _check_free(workspace, kind, new[field])
    references.rename(workspace, kind, old[field], new[field])


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may change users, groups and service principals.")
