"""Who is in the workspace: users, service principals, groups and their memberships, as documents.

Below SCIM (`infra.emulator.identity.scim`) and authentication (`infra.emulator.auth`), and what the SQL side asks about
principals. Kinds in the store: `user`, `service_principal`, `group` by id; `principal_name` maps a name to its kind and id;
`member` and `membership` hold each edge from both ends.
"""

from __future__ import annotations

from typing import Any, Literal

from infra.emulator.store import Document
from infra.emulator.workspace import ACCOUNT_USERS, ADMINS, ALL_USERS, Caller, Workspace

Kind = Literal["user", "service_principal", "group"]

KINDS: tuple[Kind, ...] = ("user", "service_principal", "group")
#: The name by which grants and permissions know each kind.
NAME_FIELDS: dict[Kind, str] = {"user": "userName", "service_principal": "applicationId", "group": "displayName"}


def new_id(workspace: Workspace) -> str:
    """A fresh id of the kind that SCIM and the object tree use: a long number, unique in the workspace."""
    return str(workspace.store.next("object_id", first=1_000_000_000_000_001))


def _name_key(kind: Kind, name: str) -> str:
    return f"{kind}/{name.lower()}"


def put(workspace: Workspace, kind: Kind, body: Document) -> None:
    """Write a principal and its name. The caller has checked that the name is free."""
    with workspace.store.transaction():
        old = workspace.store.get(kind, body["id"])
        if old is not None and old[NAME_FIELDS[kind]].lower() != body[NAME_FIELDS[kind]].lower():
            workspace.store.delete("principal_name", _name_key(kind, old[NAME_FIELDS[kind]]))
        workspace.store.put(kind, body["id"], body)
        workspace.store.put("principal_name", _name_key(kind, body[NAME_FIELDS[kind]]), {"kind": kind, "id": body["id"]})
    workspace.callers.clear()


def remove(workspace: Workspace, kind: Kind, body: Document) -> None:
    """Forget a principal, its name and its memberships."""
    store = workspace.store
    with store.transaction():
        store.delete(kind, body["id"])
        store.delete("principal_name", _name_key(kind, body[NAME_FIELDS[kind]]))
        for _, edge in store.list("membership", body["id"]):
            leave(workspace, edge["group"], body["id"])
        for _, edge in store.list("member", body["id"]):
            leave(workspace, body["id"], edge["member"])
    workspace.callers.clear()


def by_id(workspace: Workspace, principal_id: str) -> tuple[Kind, Document] | None:
    """A principal of any kind."""
    for kind in KINDS:
        if (body := workspace.store.get(kind, principal_id)) is not None:
            return kind, body
    return None


def by_name(workspace: Workspace, kind: Kind, name: str) -> Document | None:
    """A principal by the name that `NAME_FIELDS` says, whatever its case."""
    entry = workspace.store.get("principal_name", _name_key(kind, name))
    return None if entry is None else workspace.store.get(kind, entry["id"])


def find(workspace: Workspace, name: str) -> tuple[Kind, Document] | None:
    """A principal of any kind by the name that a grant gives it."""
    for kind in KINDS:
        if (body := by_name(workspace, kind, name)) is not None:
            return kind, body
    return None


def canonical_name(workspace: Workspace, name: str) -> str | None:
    """The name as the directory writes it, None for a stranger. Knows `account users`, which is no document.

    Workspace-local groups (`admins`, `users`) are no account principals: Unity Catalog does not know them.
    """
    if name.lower() == ACCOUNT_USERS:
        return ACCOUNT_USERS
    found = find(workspace, name)
    if found is None:
        return None
    kind, body = found
    if kind == "group" and body.get("local"):
        return None
    return str(body[NAME_FIELDS[kind]])


def join(workspace: Workspace, group_id: str, member_id: str) -> None:
    """Make `member_id` a member; nothing happens if it is one."""
    with workspace.store.transaction():
        edge = {"group": group_id, "member": member_id}
        workspace.store.put("member", f"{group_id}/{member_id}", edge, parent=group_id)
        workspace.store.put("membership", f"{member_id}/{group_id}", edge, parent=member_id)
    workspace.callers.clear()


def leave(workspace: Workspace, group_id: str, member_id: str) -> None:
    """Undo `join`; nothing happens if it is no member."""
    with workspace.store.transaction():
        workspace.store.delete("member", f"{group_id}/{member_id}")
        workspace.store.delete("membership", f"{member_id}/{group_id}")
    workspace.callers.clear()


def member_ids(workspace: Workspace, group_id: str) -> list[str]:
    """The direct members of a group."""
    return [edge["member"] for _, edge in workspace.store.list("member", group_id)]


def group_ids(workspace: Workspace, member_id: str) -> list[str]:
    """The groups that name this principal as a direct member."""
    return [edge["group"] for _, edge in workspace.store.list("membership", member_id)]


def group_names(workspace: Workspace, principal_id: str) -> frozenset[str]:
    """The display names of all groups that hold the principal, directly or through other groups; always `users`."""
    seen: set[str] = set()
    names = {ALL_USERS}
    waiting = [principal_id]
    while waiting:
        for group_id in group_ids(workspace, waiting.pop()):
            group = workspace.store.get("group", group_id)
            if group is not None and group_id not in seen:
                seen.add(group_id)
                names.add(group["displayName"])
                waiting.append(group_id)
    return frozenset(names)


def entitlements(workspace: Workspace, principal_id: str) -> frozenset[str]:
    """The entitlements of a principal, its own and those of all its groups: `allow-cluster-create`."""
    found = by_id(workspace, principal_id)
    holders = [found[1]] if found else []
    holders += [group for name in group_names(workspace, principal_id) if (group := by_name(workspace, "group", name))]
    return frozenset(entry["value"] for holder in holders for entry in holder.get("entitlements", []))


def caller_of(workspace: Workspace, kind: Kind, body: Document) -> Caller:
    """The principal as who sends a request: for authentication, for a job's run-as, for a view's owner."""
    return Caller(
        id=body["id"],
        name=body[NAME_FIELDS[kind]],
        display_name=body.get("displayName") or body[NAME_FIELDS[kind]],
        is_service_principal=kind == "service_principal",
        groups=group_names(workspace, body["id"]),
    )


def caller_named(workspace: Workspace, name: str) -> Caller | None:
    """As `caller_of`, by name. A group becomes a caller with the rights of its members: a view may be owned by one."""
    found = find(workspace, name)
    if found is None:
        return None
    kind, body = found
    caller = caller_of(workspace, kind, body)
    if kind == "group" and body["displayName"] == ADMINS:
        return Caller(caller.id, caller.name, caller.display_name, groups=caller.groups | {ADMINS})
    return caller


def seed(workspace: Workspace, admin_name: str) -> dict[str, Any]:
    """The principals of a fresh workspace: its admin, the groups `admins` and `users`. Answers the admin's document."""
    admin: Document = {"id": new_id(workspace), "userName": admin_name, "displayName": "Workspace admin", "active": True}
    with workspace.store.transaction():
        put(workspace, "user", admin)
        for name in (ADMINS, ALL_USERS):
            put(workspace, "group", {"id": new_id(workspace), "displayName": name, "local": True})
        admins = by_name(workspace, "group", ADMINS)
        if admins is not None:
            join(workspace, admins["id"], admin["id"])
    return admin
