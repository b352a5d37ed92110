"""Instance pools: kept and checked; no instance ever idles in one.

databricks-sdk `compute.InstancePoolsAPI`, classes `CreateInstancePool`, `GetInstancePool`;
https://docs.databricks.com/api/workspace/instancepools.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.identity import access_levels, directory
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "instance_pool", "instance-pools"
#: What an edit can change; the rest stays as it was made.
_CHANGEABLE = (
    "instance_pool_name",
    "min_idle_instances",
    "max_capacity",
    "idle_instance_autotermination_minutes",
    "custom_tags",
)
_FIXED = (
    "aws_attributes",
    "azure_attributes",
    "gcp_attributes",
    "node_type_id",
    "enable_elastic_disk",
    "disk_spec",
    "preloaded_spark_versions",
    "preloaded_docker_images",
    "instance_pool_fleet_attributes",
    "node_type_flexibility",
)
_AWS = {"availability": "SPOT", "zone_id": "us-east-1a", "spot_bid_price_percent": 100}
_LONGEST_IDLE = 10_000


def fetch(workspace: Workspace, pool_id: str) -> Document:
    """The pool's document."""
    document = workspace.store.get(KIND, pool_id)
    if document is None:
        raise NotFound(f"Can't find an instance pool with id: {pool_id}.")
    return document


def _checked(body: dict[str, Any], fields: tuple[str, ...]) -> Document:
    kept = {field: body[field] for field in fields if body.get(field) is not None}
    if not str(kept.get("instance_pool_name") or "").strip():
        raise InvalidParameter("instance_pool_name cannot be empty.")
    least, most = int(kept.get("min_idle_instances") or 0), kept.get("max_capacity")
    if least < 0 or (most is not None and int(most) < max(least, 1)):
        raise InvalidParameter("max_capacity must be at least 1 and not below min_idle_instances.")
    minutes = int(kept.get("idle_instance_autotermination_minutes") or 0)
    if not 0 <= minutes <= _LONGEST_IDLE:
        raise InvalidParameter(f"idle_instance_autotermination_minutes must be between 0 and {_LONGEST_IDLE}.")
    return kept


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `InstancePoolsAPI.create`. Needs the entitlement allow-instance-pool-create."""
    if not caller.is_admin and "allow-instance-pool-create" not in directory.entitlements(workspace, caller.id):
        raise PermissionDenied("You are not authorized to create instance pools. Please contact your administrator.")
    kept = _checked(request.body, (*_CHANGEABLE, *_FIXED))
    if not kept.get("node_type_id") and not kept.get("instance_pool_fleet_attributes"):
        raise InvalidParameter("An instance pool needs a node_type_id or instance_pool_fleet_attributes.")
    pool_id = workspace.new_uuid()
    if not kept.get("azure_attributes") and not kept.get("gcp_attributes"):
        kept["aws_attributes"] = {**_AWS, **kept.get("aws_attributes", {})}
    document = {"instance_pool_id": pool_id, "creator": caller.name, **kept}
    with workspace.store.transaction():
        workspace.store.put(KIND, pool_id, document)
        access_levels.set_owner(workspace, caller, TYPE, pool_id)
    return {"instance_pool_id": pool_id}


def _edit(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `InstancePoolsAPI.edit`. What a pool was made of cannot change."""
    with workspace.store.transaction():
        before = fetch(workspace, request.required("instance_pool_id"))
        pool_id = before["instance_pool_id"]
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, pool_id)
        node = request.body.get("node_type_id")
        if node and node != before.get("node_type_id"):
            raise InvalidParameter(f"The node type of an instance pool cannot change: it is {before.get('node_type_id')}.")
        fixed = {field: value for field, value in before.items() if field not in _CHANGEABLE}
        workspace.store.put(KIND, pool_id, {**fixed, **_checked(request.body, _CHANGEABLE)})


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `InstancePoolsAPI.delete`."""
    with workspace.store.transaction():
        pool_id = str(fetch(workspace, request.required("instance_pool_id"))["instance_pool_id"])
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, pool_id)
        workspace.store.delete(KIND, pool_id)
        access_levels.forget(workspace, TYPE, pool_id)


def _rendered(document: Document) -> Document:
    shown = {field: value for field, value in document.items() if field != "creator" and (value or value is False)}
    tags = {"Vendor": "Databricks", "DatabricksInstancePoolCreatorId": document["creator"]}
    tags["DatabricksInstancePoolId"] = document["instance_pool_id"]
    stats = {"used_count": 0, "idle_count": 0, "pending_used_count": 0, "pending_idle_count": 0}
    return {**shown, "state": "ACTIVE", "stats": stats, "status": {}, "default_tags": tags}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `InstancePoolsAPI.get`."""
    document = fetch(workspace, request.required("instance_pool_id"))
    access_levels.require(workspace, caller, "CAN_ATTACH_TO", TYPE, document["instance_pool_id"])
    return _rendered(document)


def _list(workspace: Workspace, caller: Caller, _request: Request) -> Document:
    """databricks-sdk `InstancePoolsAPI.list`: those that the caller may attach to."""
    pools = workspace.store.list(KIND)
    may = [pool for key, pool in pools if access_levels.has(workspace, caller, "CAN_ATTACH_TO", TYPE, key)]
    return {"instance_pools": [_rendered(pool) for pool in may]}


_PATH = "/api/2.0/instance-pools"
routes = [
    Route("POST", f"{_PATH}/create", _create),
    Route("POST", f"{_PATH}/edit", _edit),
    Route("POST", f"{_PATH}/delete", _delete),
    Route("GET", f"{_PATH}/get", _get),
    Route("GET", f"{_PATH}/list", _list),
]
