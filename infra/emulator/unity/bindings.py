"""Which workspaces may use a securable whose isolation mode is ISOLATED: kept and answered here, obeyed by `isolation`.

databricks-sdk `catalog.WorkspaceBindingsAPI`; https://docs.databricks.com/api/workspace/workspacebindings
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.requests import Request, Route
from infra.emulator.unity import registry
from infra.emulator.unity.isolation import BINDABLE, READ_ONLY, READ_WRITE, bindings_of
from infra.emulator.unity.privileges import manages, require_manager, require_visible
from infra.emulator.unity.securables import CATALOG
from infra.emulator.workspace import Caller, Workspace


def bind_here(workspace: Workspace, securable_type: str, name: str) -> None:
    """What becomes isolated is bound to the workspace from which that was asked."""
    bound = bindings_of(workspace, securable_type, name)
    workspace.store.put("bindings", f"{securable_type}/{name}", {str(workspace.id): READ_WRITE} | bound)


def change(workspace: Workspace, caller: Caller, securable_type: str, name: str, body: dict[str, Any]) -> dict[str, str]:
    """Apply `add` and `remove`, lists of {workspace_id, binding_type}."""
    with workspace.store.transaction():
        registry.fetch(workspace, securable_type, name)
        require_manager(workspace, caller, securable_type, name)
        bound = bindings_of(workspace, securable_type, name)
        for binding in body.get("remove") or []:
            bound.pop(str(binding["workspace_id"]), None)
        for binding in body.get("add") or []:
            kind = binding.get("binding_type", READ_WRITE)
            if kind not in (READ_WRITE, READ_ONLY):
                raise InvalidParameter(f"binding_type must be {READ_WRITE} or {READ_ONLY}, got '{kind}'")
            if kind == READ_ONLY and securable_type != CATALOG:
                raise InvalidParameter(f"Supported binding types for {securable_type.upper()} are {READ_WRITE}")
            bound[str(binding["workspace_id"])] = kind
        workspace.store.put("bindings", f"{securable_type}/{name}", bound)
    return bound


def _render(bound: dict[str, str]) -> dict[str, Any]:
    return {"bindings": [{"workspace_id": int(number), "binding_type": kind} for number, kind in sorted(bound.items())]}


def _target(request: Request) -> tuple[str, str]:
    securable_type = request.parameters["type"].lower()
    if securable_type not in BINDABLE:
        raise InvalidParameter(f"'{securable_type}' cannot be bound to workspaces; bindable are {', '.join(BINDABLE)}")
    return securable_type, request.parameters["name"].lower()


def _get(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    securable_type, name = _target(request)
    registry.fetch(workspace, securable_type, name)
    if not manages(workspace, caller, securable_type, name):
        require_visible(workspace, caller, securable_type, name)
    return _render(bindings_of(workspace, securable_type, name))


def _update(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    return _render(change(workspace, caller, *_target(request), request.body))


def _get_catalog(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """The older endpoint, which knows ids alone."""
    name = request.parameters["name"].lower()
    registry.fetch(workspace, CATALOG, name)
    require_visible(workspace, caller, CATALOG, name)
    return {"workspaces": [int(number) for number in sorted(bindings_of(workspace, CATALOG, name))]}


def _update_catalog(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    body = {
        "add": [{"workspace_id": number} for number in request.body.get("assign_workspaces") or []],
        "remove": [{"workspace_id": number} for number in request.body.get("unassign_workspaces") or []],
    }
    bound = change(workspace, caller, CATALOG, request.parameters["name"].lower(), body)
    return {"workspaces": [int(number) for number in sorted(bound)]}


_UC = "/api/2.1/unity-catalog"
routes = [
    Route("GET", f"{_UC}/bindings/{{type}}/{{name}}", _get),
    Route("PATCH", f"{_UC}/bindings/{{type}}/{{name}}", _update),
    Route("GET", f"{_UC}/workspace-bindings/catalogs/{{name}}", _get_catalog),
    Route("PATCH", f"{_UC}/workspace-bindings/catalogs/{{name}}", _update_catalog),
]
