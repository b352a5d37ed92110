"""Failover groups: which workspaces and catalogs fail over together, and where they are primary now.

databricks-sdk-go `disasterrecovery` (the pinned databricks-sdk has no such service): `FailoverGroup`, `WorkspaceSet`,
`UcReplicationConfig`. A failover only changes what the group says. On Databricks this is a gated preview.
"""

from __future__ import annotations

import re
from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.identity.account import require_account_admin
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "failover_group"
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")
_CHANGEABLE = ("unity_catalog_assets", "workspace_sets")


def check_id(value: str, field: str) -> str:
    """The id that a create gives, checked."""
    if not _ID.match(value):
        raise InvalidParameter(f"{field} must be lowercase letters, digits and hyphens, at most 63 of them.")
    return value


def group_of(workspace: Workspace, stable_url: str) -> Document | None:
    """The group that a stable URL belongs to."""
    for _, group in workspace.store.list(_KIND):
        if any(stable_url in (each.get("stable_url_names") or []) for each in group["workspace_sets"]):
            return group
    return None


def _checked(workspace: Workspace, asked: dict[str, Any]) -> Document:
    """Workspace sets and catalogs of a request."""
    sets = asked.get("workspace_sets") or []
    if not sets or any(not each.get("name") or not each.get("workspace_ids") for each in sets):
        raise InvalidParameter("A failover group needs workspace_sets, each with a name and workspace_ids.")
    for name in (name for each in sets for name in each.get("stable_url_names") or []):
        if workspace.store.get("stable_url", name) is None:
            raise NotFound(f"Stable URL {name} does not exist.")
    assets = asked.get("unity_catalog_assets")
    if assets and assets.get("data_replication_workspace_set") not in {each["name"] for each in sets}:
        raise InvalidParameter("unity_catalog_assets.data_replication_workspace_set names none of the workspace_sets.")
    return {"workspace_sets": sets, **({"unity_catalog_assets": assets} if assets else {})}


def _stamped(workspace: Workspace, document: Document) -> Document:
    return document | {"update_time": workspace.clock.timestamp(), "etag": f"v{workspace.store.next('failover_version')}"}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """The primary region of the beginning is asked for, and never answered."""
    require_account_admin(caller)
    group_id = check_id(request.query.get("failover_group_id", ""), "failover_group_id")
    name = f"accounts/{request.parameters['account']}/failover-groups/{group_id}"
    regions, primary = request.body.get("regions") or [], request.body.get("initial_primary_region")
    if len(set(regions)) < 2 or primary not in regions:
        raise InvalidParameter("A failover group needs two regions, and initial_primary_region to be one of them.")
    with workspace.store.transaction():
        if workspace.store.get(_KIND, name) is not None:
            raise AlreadyExists(f"Failover group {name} already exists.", code="ALREADY_EXISTS")
        document: Document = {
            "name": name,
            "regions": regions,
            "effective_primary_region": primary,
            "state": "ACTIVE",
            "create_time": workspace.clock.timestamp(),
            **_checked(workspace, request.body),
        }
        document = _stamped(workspace, document)
        workspace.store.put(_KIND, name, document)
    return document


def _fetch(workspace: Workspace, request: Request) -> Document:
    name = f"accounts/{request.parameters['account']}/failover-groups/{request.parameters['id']}"
    document = workspace.store.get(_KIND, name)
    if document is None:
        raise NotFound(f"Failover group {name} does not exist.", code="NOT_FOUND")
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return _fetch(workspace, request)


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return page(workspace, request, _KIND, None, field="failover_groups", show=lambda each: each, limit_name="page_size")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Of what `update_mask` names; what the body leaves out of it is taken away."""
    require_account_admin(caller)
    mask = {name.partition(".")[0] for name in request.query.get("update_mask", "").split(",")} & set(_CHANGEABLE)
    with workspace.store.transaction():
        before = _fetch(workspace, request)
        wanted = {field: request.body.get(field) if field in mask else before.get(field) for field in _CHANGEABLE}
        kept = {field: value for field, value in before.items() if field not in _CHANGEABLE}
        document = _stamped(workspace, {**kept, **_checked(workspace, wanted)})
        workspace.store.put(_KIND, document["name"], document)
    return document


def _fail_over(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """`target_primary_region` becomes the primary one."""
    require_account_admin(caller)
    with workspace.store.transaction():
        document = _fetch(workspace, request)
        target = request.body.get("target_primary_region")
        if target not in document["regions"]:
            raise InvalidParameter(f"target_primary_region must be one of {', '.join(document['regions'])}.")
        document = _stamped(workspace, document | {"effective_primary_region": target})
        workspace.store.put(_KIND, document["name"], document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_account_admin(caller)
    workspace.store.delete(_KIND, _fetch(workspace, request)["name"])


_PATH = "/api/disaster-recovery/v1/accounts/{account}/failover-groups"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
    Route("POST", f"{_PATH}/{{id}}/failover", _fail_over),
]
