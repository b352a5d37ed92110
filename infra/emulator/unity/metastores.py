"""The metastore of this workspace: one, assigned, made with the workspace."""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import NotFound
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require_manage
from infra.emulator.unity.securables import METASTORE
from infra.emulator.workspace import Caller, Workspace

NAME = "lakestead-local"
CLOUD, REGION = "aws", "us-east-1"
_UC = "/api/2.1/unity-catalog"
_CHANGEABLE = (
    "delta_sharing_organization_name",
    "delta_sharing_recipient_token_lifetime_in_seconds",
    "delta_sharing_scope",
    "external_access_enabled",
    "privilege_model_version",
    "storage_root_credential_id",
)


def seed(workspace: Workspace, owner: str) -> None:
    """The metastore of a fresh workspace."""
    now = workspace.clock.millis()
    body: Document = {
        "metastore_id": workspace.metastore_id,
        "name": NAME,
        "global_metastore_id": f"{CLOUD}:{REGION}:{workspace.metastore_id}",
        "cloud": CLOUD,
        "region": REGION,
        "owner": owner,
        "privilege_model_version": "1.0",
        "delta_sharing_scope": "INTERNAL",
        "external_access_enabled": False,
        "storage_root": storage_root(workspace),
        "created_at": now,
        "created_by": owner,
        "updated_at": now,
        "updated_by": owner,
    }
    workspace.store.put(METASTORE, workspace.metastore_id, body)


def storage_root(workspace: Workspace) -> str:
    """Where managed objects without a storage root of their own are said to be."""
    return f"s3://lakestead-{workspace.id}/metastore/{workspace.metastore_id}"


def metastore(workspace: Workspace) -> Document:
    """The metastore's document."""
    return registry.fetch(workspace, METASTORE, workspace.metastore_id)


def _summary(workspace: Workspace, _caller: Caller, _request: Request) -> Document:
    """databricks-sdk `MetastoresAPI.summary`."""
    return metastore(workspace)


def _current(workspace: Workspace, _caller: Caller, _request: Request) -> dict[str, Any]:
    """databricks-sdk `MetastoresAPI.current`."""
    return {
        "default_catalog_name": "hive_metastore",
        "metastore_id": workspace.metastore_id,
        "workspace_id": workspace.id,
    }


def _list(workspace: Workspace, _caller: Caller, _request: Request) -> dict[str, Any]:
    """databricks-sdk `MetastoresAPI.list`."""
    return {"metastores": [metastore(workspace)]}


def _get(workspace: Workspace, _caller: Caller, request: Request) -> Document:
    """databricks-sdk `MetastoresAPI.get`."""
    check_id(workspace, request.parameters["id"])
    return metastore(workspace)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `MetastoresAPI.update`."""
    check_id(workspace, request.parameters["id"])
    require_manage(workspace, caller, METASTORE, workspace.metastore_id)
    with workspace.store.transaction():
        document = metastore(workspace)
        document.update({name: request.body[name] for name in _CHANGEABLE if name in request.body})
        if "new_name" in request.body:
            document["name"] = request.body["new_name"]
        if "owner" in request.body:
            document["owner"] = registry.principal(workspace, request.body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(METASTORE, workspace.metastore_id, document)
    return document


def check_id(workspace: Workspace, metastore_id: str) -> None:
    """Raise NotFound for another metastore than this workspace's."""
    if metastore_id != workspace.metastore_id:
        raise NotFound(f"Metastore '{metastore_id}' does not exist.", code="METASTORE_DOES_NOT_EXIST")


routes = [
    Route("GET", f"{_UC}/metastore_summary", _summary),
    Route("GET", f"{_UC}/current-metastore-assignment", _current),
    Route("GET", f"{_UC}/metastores", _list),
    Route("GET", f"{_UC}/metastores/{{id}}", _get),
    Route("PATCH", f"{_UC}/metastores/{{id}}", _update),
]
