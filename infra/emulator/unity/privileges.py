"""Who may do what with Unity Catalog's securables. REST operations and SQL statements both ask here.

The rules, from https://docs.databricks.com/data-governance/unity-catalog/manage-privileges/ (privileges, ownership):

- A privilege on a catalog or schema holds for all that it contains.
- Using anything in a catalog needs USE CATALOG, in a schema USE SCHEMA besides; a securable's owner needs them too.
- An owner has every privilege on the securable itself, not on what it contains; but may manage (alter, drop, grant) that.
- MANAGE is an owner's right to alter, drop and grant, without the other privileges. BROWSE shows metadata.
- Admins of this workspace are metastore admins and may do all.
- `information_schema` may be read by who may use its catalog.
- What is isolated and not bound to this workspace nobody can use here (`infra.emulator.unity.isolation`).
"""

from __future__ import annotations

from infra.emulator.errors import PermissionDenied
from infra.emulator.unity import isolation
from infra.emulator.unity.securables import (
    ALL,
    BROWSE,
    CATALOG,
    INFORMATION_SCHEMA,
    MANAGE,
    METASTORE,
    NOT_IN_ALL,
    SCHEMA,
    USE_CATALOG,
    USE_SCHEMA,
    ancestry,
    title,
)
from infra.emulator.workspace import Caller, Workspace

_USE = {CATALOG: USE_CATALOG, SCHEMA: USE_SCHEMA}


def require(workspace: Workspace, caller: Caller, privilege: str, securable_type: str, full_name: str) -> None:
    """Raise PermissionDenied unless the caller has the privilege, and USE CATALOG and USE SCHEMA on the way to it.

    `privilege` as in databricks-sdk `catalog.Privilege` (`USE_CATALOG`), `full_name` lower-case.
    """
    isolation.require_accessible(workspace, securable_type, full_name, privilege)
    if caller.is_admin:
        return
    for kind, name in ancestry(securable_type, full_name):
        if kind in _USE and not _holds(workspace, caller, _USE[kind], kind, name):
            raise denied(workspace, _USE[kind], kind, name)
    if privilege not in _USE.values() and not _holds(workspace, caller, privilege, securable_type, full_name):
        raise denied(workspace, privilege, securable_type, full_name)


def allowed(workspace: Workspace, caller: Caller, privilege: str, securable_type: str, full_name: str) -> bool:
    """As `require`, as a question."""
    try:
        require(workspace, caller, privilege, securable_type, full_name)
    except PermissionDenied:
        return False
    return True


def manages(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> bool:
    """Whether the caller may alter, drop and grant: owner or MANAGE, of the securable or of what contains it."""
    if caller.is_admin:
        return True
    return any(
        _owner(workspace, kind, name) in caller.principals or MANAGE in _granted(workspace, caller, kind, name)
        for kind, name in ancestry(securable_type, full_name)
    )


def require_manage(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """Raise PermissionDenied unless `manages`, and the securable may be changed from this workspace."""
    isolation.require_accessible(workspace, securable_type, full_name, MANAGE)
    require_manager(workspace, caller, securable_type, full_name)


def require_manager(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """Raise PermissionDenied unless `manages`. It suffices for bindings and grants, which need not be changed from a workspace
    that may use the securable."""
    if not manages(workspace, caller, securable_type, full_name):
        raise denied(workspace, MANAGE, securable_type, full_name)


def visible(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> bool:
    """Whether lists show it, and its metadata may be read.

    Shown is what the caller manages and what BROWSE covers; a catalog or schema that may be used; and in such a one what
    any further privilege holds for.
    """
    if not isolation.accessible(workspace, securable_type, full_name):
        return False
    if manages(workspace, caller, securable_type, full_name):
        return True
    lineage = ancestry(securable_type, full_name)
    granted = [_granted(workspace, caller, kind, name) for kind, name in lineage]
    if any(BROWSE in privileges for privileges in granted):
        return True
    if _is_information_schema(securable_type, full_name):
        return _holds(workspace, caller, USE_CATALOG, *lineage[0])
    if not all(_holds(workspace, caller, _USE[kind], kind, name) for kind, name in lineage if kind in _USE):
        return False
    return securable_type in _USE or bool(frozenset().union(*granted) - {USE_CATALOG, USE_SCHEMA})


def require_visible(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """Raise PermissionDenied unless `visible`, naming the privilege that would show it."""
    if visible(workspace, caller, securable_type, full_name):
        return
    isolation.require_accessible(workspace, securable_type, full_name)
    for kind, name in ancestry(securable_type, full_name):
        if kind in _USE and not _holds(workspace, caller, _USE[kind], kind, name):
            raise denied(workspace, _USE[kind], kind, name)
    raise denied(workspace, BROWSE, securable_type, full_name)


def denied(workspace: Workspace, privilege: str, securable_type: str, full_name: str) -> PermissionDenied:
    """The error in Databricks' words: User does not have USE CATALOG on Catalog 'x'."""
    name = full_name
    if securable_type == METASTORE:
        metastore = workspace.store.get(METASTORE, full_name)
        name = metastore["name"] if metastore else full_name
    return PermissionDenied(f"User does not have {privilege.replace('_', ' ')} on {title(securable_type)} '{name}'.")


def grants_of(workspace: Workspace, securable_type: str, full_name: str) -> dict[str, list[str]]:
    """The privileges granted on this very securable, by principal."""
    return workspace.store.get("grants", f"{securable_type}/{full_name}") or {}


def _holds(workspace: Workspace, caller: Caller, privilege: str, securable_type: str, full_name: str) -> bool:
    """Granted here or above, or owned; without the USE of what contains it."""
    if caller.is_admin:
        return True
    if _is_information_schema(securable_type, full_name) and privilege in (USE_SCHEMA, "SELECT"):
        return True
    if privilege != "EXTERNAL_USE_SCHEMA" and _owner(workspace, securable_type, full_name) in caller.principals:
        return True
    for kind, name in ancestry(securable_type, full_name):
        granted = _granted(workspace, caller, kind, name)
        if privilege in granted or (ALL in granted and privilege not in NOT_IN_ALL):
            return True
    return False


def _granted(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> frozenset[str]:
    """What the caller was granted on this very securable, in person or through a group."""
    grants = grants_of(workspace, securable_type, full_name)
    return frozenset(privilege for name in caller.principals & grants.keys() for privilege in grants[name])


def _owner(workspace: Workspace, securable_type: str, full_name: str) -> str | None:
    document = workspace.store.get(securable_type, full_name)
    return None if document is None else document.get("owner")


def _is_information_schema(securable_type: str, full_name: str) -> bool:
    lineage = ancestry(securable_type, full_name)
    return len(lineage) > 1 and lineage[1][1].endswith(f".{INFORMATION_SCHEMA}")
