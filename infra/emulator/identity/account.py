"""The account: its workspaces, and which principals are assigned to them.

databricks-sdk `provisioning.WorkspacesAPI` and `iam.WorkspaceAssignmentAPI`; Databricks' pages "Workspaces" and "Workspace
assignment" of the account API. This account has one workspace, and every principal of its directory may sign in there: what
an assignment changes is who is an admin. The account's id is whatever the caller's path says.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.identity import directory
from infra.emulator.identity.directory import Kind
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import ADMINS, Caller, Workspace

_KIND = "workspace_assignment"
_PERMISSIONS = ("USER", "ADMIN")
_NAMES: dict[Kind, str] = {"user": "user_name", "group": "group_name", "service_principal": "service_principal_name"}


def require_account_admin(caller: Caller) -> None:
    """Raise PermissionDenied unless the caller may manage the account: here, the workspace's admins."""
    if not caller.is_admin:
        raise PermissionDenied("This API is disabled for users without account admin status.")


def _described(workspace: Workspace, request: Request) -> Document:
    return {
        "account_id": request.parameters["account"],
        "workspace_id": workspace.id,
        "workspace_name": "lakestead",
        "deployment_name": "lakestead",
        "cloud": "aws",
        "aws_region": "us-east-1",
        "pricing_tier": "ENTERPRISE",
        "workspace_status": "RUNNING",
        "workspace_status_message": "Workspace is running.",
    }


def _check_workspace(workspace: Workspace, request: Request) -> None:
    if request.parameters["workspace"] != str(workspace.id):
        raise NotFound(f"Workspace {request.parameters['workspace']} does not exist in this account.")


def _workspaces(workspace: Workspace, caller: Caller, request: Request) -> list[Document]:
    """databricks-sdk `WorkspacesAPI.list`."""
    require_account_admin(caller)
    return [_described(workspace, request)]


def _workspace(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `WorkspacesAPI.get`."""
    require_account_admin(caller)
    _check_workspace(workspace, request)
    return _described(workspace, request)


def _assignments(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `WorkspaceAssignmentAPI.list`."""
    require_account_admin(caller)
    _check_workspace(workspace, request)
    listed = [_rendered(workspace, document) for _, document in workspace.store.list(_KIND)]
    return {"permission_assignments": [assignment for assignment in listed if assignment]}


def _rendered(workspace: Workspace, document: Document) -> Document | None:
    found = directory.by_id(workspace, document["principal_id"])
    if found is None:
        return None
    kind, body = found
    name = body[directory.NAME_FIELDS[kind]]
    principal = {"principal_id": int(body["id"]), "display_name": body.get("displayName") or name, _NAMES[kind]: name}
    return {"permissions": document["permissions"], "principal": principal}


def _assign(workspace: Workspace, caller: Caller, request: Request) -> Document | None:
    """databricks-sdk `WorkspaceAssignmentAPI.update`: replaces what the principal has; an empty list takes it away."""
    require_account_admin(caller)
    _check_workspace(workspace, request)
    principal = request.parameters["principal"]
    if directory.by_id(workspace, principal) is None:
        raise NotFound(f"Principal {principal} does not exist in this account.")
    permissions: Any = request.body.get("permissions") or []
    unknown = [each for each in permissions if each not in _PERMISSIONS]
    if unknown:
        raise InvalidParameter(f"Unknown permission {unknown[0]}; a workspace knows {' and '.join(_PERMISSIONS)}.")
    with workspace.store.transaction():
        _set_admin(workspace, principal, admin="ADMIN" in permissions)
        if not permissions:
            workspace.store.delete(_KIND, principal)
            return {}
        document: Document = {"principal_id": principal, "permissions": sorted(set(permissions))}
        workspace.store.put(_KIND, principal, document)
    return _rendered(workspace, document)


def _set_admin(workspace: Workspace, principal: str, *, admin: bool) -> None:
    admins = directory.by_name(workspace, "group", ADMINS)
    before = workspace.store.get(_KIND, principal)
    if admins is None:
        return
    if admin:
        directory.join(workspace, admins["id"], principal)
    elif before is not None and "ADMIN" in before["permissions"]:
        directory.leave(workspace, admins["id"], principal)


def _unassign(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `WorkspaceAssignmentAPI.delete`. A principal that has none is no error."""
    require_account_admin(caller)
    _check_workspace(workspace, request)
    principal = request.parameters["principal"]
    with workspace.store.transaction():
        _set_admin(workspace, principal, admin=False)
        workspace.store.delete(_KIND, principal)


_WORKSPACES = "/api/2.0/accounts/{account}/workspaces"
_ASSIGNMENTS = f"{_WORKSPACES}/{{workspace}}/permissionassignments"
routes = [
    Route("GET", _WORKSPACES, _workspaces),
    Route("GET", f"{_WORKSPACES}/{{workspace}}", _workspace),
    Route("GET", _ASSIGNMENTS, _assignments),
    Route("PUT", f"{_ASSIGNMENTS}/principals/{{principal}}", _assign),
    Route("DELETE", f"{_ASSIGNMENTS}/principals/{{principal}}", _unassign),
]
