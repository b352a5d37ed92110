"""Grants on Unity Catalog's securables: operations for REST and SQL, and the endpoints below …/permissions.

databricks-sdk `catalog.GrantsAPI`; https://docs.databricks.com/api/workspace/grants. A grant is kept on the securable it
was made on; what it means further down is decided in `infra.emulator.unity.privileges`.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.requests import Request, Route
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import grants_of, manages, require_manager, require_visible
from infra.emulator.unity.securables import FUNCTION, METASTORE, MODEL, PRIVILEGES, ancestry, check_privilege
from infra.emulator.workspace import Caller, Workspace

_ALIASES = {"REGISTERED_MODEL": "function", "VIEW": "table"}


def change(
    workspace: Workspace, caller: Caller, securable_type: str, full_name: str, changes: list[dict[str, Any]]
) -> dict[str, list[str]]:
    """Apply changes {principal, add, remove}; answers all grants on the securable.

    Raises NotFound PRINCIPAL_DOES_NOT_EXIST, InvalidParameter for a privilege that the type does not have, PermissionDenied.
    A principal that is gone can still be removed.
    """
    with workspace.store.transaction():
        registry.fetch(workspace, securable_type, full_name)
        require_manager(workspace, caller, securable_type, full_name)
        grants = {name: set(privileges) for name, privileges in grants_of(workspace, securable_type, full_name).items()}
        for entry in changes:
            name = str(entry.get("principal") or "")
            add = {check_privilege(privilege, securable_type) for privilege in entry.get("add") or []}
            remove = {check_privilege(privilege, securable_type) for privilege in entry.get("remove") or []}
            if add or name not in grants:
                name = registry.principal(workspace, name)
            grants[name] = (grants.get(name, set()) - remove) | add
        kept = {name: sorted(grants[name]) for name in sorted(grants) if grants[name]}
        if kept:
            workspace.store.put("grants", f"{securable_type}/{full_name}", kept)
        else:
            workspace.store.delete("grants", f"{securable_type}/{full_name}")
    return kept


def effective(workspace: Workspace, securable_type: str, full_name: str) -> dict[str, list[dict[str, str]]]:
    """By principal: each privilege that holds here, and for inherited ones the type and name they come from."""
    held: dict[str, dict[tuple[str, str], dict[str, str]]] = {}
    for kind, name in ancestry(securable_type, full_name):
        for principal, privileges in grants_of(workspace, kind, name).items():
            for privilege in privileges:
                origin = {} if (kind, name) == (securable_type, full_name) else _origin(kind, name)
                held.setdefault(principal, {})[privilege, name] = {"privilege": privilege, **origin}
    return {principal: [entries[key] for key in sorted(entries)] for principal, entries in sorted(held.items())}


def _origin(kind: str, name: str) -> dict[str, str]:
    return {"inherited_from_type": kind.upper(), "inherited_from_name": name}


def _target(workspace: Workspace, request: Request) -> tuple[str, str]:
    given = request.parameters["type"].upper()
    securable_type = _ALIASES.get(given, given.lower())
    if securable_type not in PRIVILEGES:
        known = ", ".join(sorted(kind.upper() for kind in PRIVILEGES))
        raise InvalidParameter(f"'{given}' is not a securable type of this workspace; known are {known}")
    full_name = request.parameters["full_name"].lower()
    if securable_type == FUNCTION and workspace.store.get(MODEL, full_name) is not None:
        return MODEL, full_name  # models are functions to this API
    if securable_type == METASTORE and full_name != workspace.metastore_id:
        raise registry.missing(METASTORE, full_name)
    return securable_type, full_name


def _visible_names(
    workspace: Workspace, caller: Caller, request: Request, target: tuple[str, str], names: set[str]
) -> set[str]:
    """Whose grants the answer shows: who manages the securable sees all, others their own."""
    registry.fetch(workspace, *target)
    if not manages(workspace, caller, *target):
        if target[0] != METASTORE:
            require_visible(workspace, caller, *target)
        names &= caller.principals
    wanted = request.query.get("principal")
    return names & {registry.principal(workspace, wanted)} if wanted else names


def _render(assignments: dict[str, Any]) -> dict[str, Any]:
    listed = [{"principal": name, "privileges": privileges} for name, privileges in assignments.items()]
    return {"privilege_assignments": listed} if listed else {}


def _get(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    target = _target(workspace, request)
    grants = grants_of(workspace, *target)
    names = _visible_names(workspace, caller, request, target, set(grants))
    return _render({name: grants[name] for name in grants if name in names})


def _get_effective(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    target = _target(workspace, request)
    held = effective(workspace, *target)
    names = _visible_names(workspace, caller, request, target, set(held))
    return _render({name: held[name] for name in held if name in names})


def _update(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    changes = request.body.get("changes")
    if not isinstance(changes, list):
        raise InvalidParameter("Missing required field: changes")
    return _render(change(workspace, caller, *_target(workspace, request), changes))


_UC = "/api/2.1/unity-catalog"
routes = [
    Route("GET", f"{_UC}/permissions/{{type}}/{{full_name}}", _get),
    Route("PATCH", f"{_UC}/permissions/{{type}}/{{full_name}}", _update),
    Route("GET", f"{_UC}/effective-permissions/{{type}}/{{full_name}}", _get_effective),
]
