"""The workspace's switches, kept by key: `/api/2.0/workspace-conf`.

databricks-sdk `settings.WorkspaceConfAPI`; https://docs.databricks.com/api/workspace/workspaceconf. Values are texts. Those
that the real workspace does not know are refused, with its words ("Invalid keys: [...]"). What they switch is not built here.
"""

from __future__ import annotations

import json

from infra.emulator.errors import BadRequest, InvalidParameter, PermissionDenied
from infra.emulator.requests import Request, Response, Route
from infra.emulator.workspace import Caller, Workspace

_KIND = "workspace_conf"
_SWITCHES = frozenset(
    {
        "enableDbfsFileBrowser",
        "enableDcs",
        "enableDeprecatedClusterNamedInitScripts",
        "enableDeprecatedGlobalInitScripts",
        "enableExportNotebook",
        "enableGp3",
        "enableHlsRuntime",
        "enableIpAccessLists",
        "enableJobViewAcls",
        "enableLibraryAndInitScriptOnSharedCluster",
        "enableNotebookTableClipboard",
        "enableProjectTypeInWorkspace",
        "enableProjectsAllowList",
        "enableResultsDownloading",
        "enableTokensConfig",
        "enableUploadDataUis",
        "enableVerboseAuditLogs",
        "enableWebTerminal",
        "enableWorkspaceFilesystem",
        "enforceClusterViewAcls",
        "enforceUserIsolation",
        "enforceWorkspaceViewAcls",
        "mlflowRunArtifactDownloadEnabled",
        "rStudioUserDefaultHomeBase",
        "storeInteractiveNotebookResultsInCustomerAccount",
    }
)
_TEXTS = frozenset(
    {
        "customerApprovedWSLoginExpirationTime",
        "maxTokenLifetimeDays",
        "maxUserInactivityDays",
        "projectsAllowList",
        "projectsAllowListPermissions",
    }
)


def value_of(workspace: Workspace, key: str) -> str | None:
    """What was set, None for what never was."""
    found = workspace.store.get(_KIND, key)
    return None if found is None else str(found["value"])


def _check_keys(keys: list[str]) -> None:
    unknown = [key for key in keys if key not in _SWITCHES | _TEXTS]
    if unknown:
        raise BadRequest(f"Invalid keys: {json.dumps(unknown, separators=(',', ':'))}")


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may see and change the workspace's configuration.")


def _get(workspace: Workspace, caller: Caller, request: Request) -> dict[str, str | None]:
    """What was never set is null."""
    _require_admin(caller)
    keys = [key for key in request.required("keys").split(",") if key]
    _check_keys(keys)
    return {key: value_of(workspace, key) for key in keys}


def _set(workspace: Workspace, caller: Caller, request: Request) -> Response:
    _require_admin(caller)
    if not request.body:
        raise InvalidParameter("Give at least one key and its value.")
    _check_keys(list(request.body))
    given = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in request.body.items()}
    wrong = {key: value for key, value in given.items() if key in _SWITCHES and value not in ("true", "false")}
    if wrong:
        raise BadRequest(f"Some values are not allowed: {json.dumps(wrong, separators=(',', ':'))}")
    with workspace.store.transaction():
        for key, value in given.items():
            workspace.store.put(_KIND, key, {"value": value})
    return Response(b"", 204)


routes = [
    Route("GET", "/api/2.0/workspace-conf", _get),
    Route("PATCH", "/api/2.0/workspace-conf", _set),
]
