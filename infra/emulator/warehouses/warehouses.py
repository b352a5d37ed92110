"""SQL warehouses: operations, their state over time, and the endpoints below /api/2.0/sql/warehouses.

databricks-sdk `sql.WarehousesAPI`, whose docstrings give defaults and bounds; https://docs.databricks.com/api/workspace/warehouses.
What runs on a warehouse is not here; SQL sessions call `use`, which starts a stopped one.
"""

from __future__ import annotations

import secrets
from typing import Any

from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.identity import access_levels, directory
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.warehouses.warehouse_settings import DEFAULTS, FIELDS, check, given
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "warehouse", "warehouses"


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a warehouse and start it. Needs an admin or the entitlement allow-cluster-create."""
    if not (caller.is_admin or "allow-cluster-create" in directory.entitlements(workspace, caller.id)):
        raise PermissionDenied("You are not authorized to create SQL Endpoints. Please contact your administrator.")
    if "cluster_size" not in body:
        raise InvalidParameter("Missing required field: cluster_size")
    document = {**DEFAULTS, **given(body), "id": secrets.token_hex(8), "started_at": workspace.clock.now(), "stopped": False}
    document["creator_name"] = caller.name
    document.setdefault("max_num_clusters", document["min_num_clusters"])
    check(document)
    with workspace.store.transaction():
        _check_name(workspace, document)
        _put(workspace, document)
        access_levels.set_owner(workspace, caller, TYPE, document["id"])
    return document


def edit(workspace: Workspace, caller: Caller, warehouse_id: str, body: dict[str, Any]) -> Document:
    """Change what the body names; the rest stays."""
    with workspace.store.transaction():
        old = fetch(workspace, warehouse_id)
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, warehouse_id)
        document = {**old, **given(body), "creator_name": old["creator_name"]}
        check(document)
        if document["name"] != old["name"]:
            _check_name(workspace, document)
            workspace.store.delete("warehouse_name", old["name"])
        _put(workspace, document)
    return document


def delete(workspace: Workspace, caller: Caller, warehouse_id: str) -> None:
    """Remove a warehouse."""
    with workspace.store.transaction():
        document = fetch(workspace, warehouse_id)
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, warehouse_id)
        workspace.store.delete(KIND, warehouse_id)
        workspace.store.delete("warehouse_name", document["name"])
        access_levels.forget(workspace, TYPE, warehouse_id)
    workspace.activity.pop(warehouse_id, None)


def start(workspace: Workspace, warehouse_id: str) -> None:
    """Start a stopped warehouse; nothing happens to one that runs."""
    with workspace.store.transaction():
        document = fetch(workspace, warehouse_id)
        if state(workspace, document) == "STOPPED":
            _put(workspace, {**document, "stopped": False, "started_at": workspace.clock.now()})


def stop(workspace: Workspace, warehouse_id: str) -> None:
    """Stop a warehouse at once."""
    with workspace.store.transaction():
        _put(workspace, {**fetch(workspace, warehouse_id), "stopped": True})


def use(workspace: Workspace, caller: Caller, warehouse_id: str) -> None:
    """Before a statement runs: needs CAN USE; starts the warehouse if it is stopped, and keeps it from stopping by itself.

    Raises NotFound, PermissionDenied.
    """
    document = fetch(workspace, warehouse_id)
    if not access_levels.has(workspace, caller, "CAN_USE", TYPE, warehouse_id):
        raise PermissionDenied(
            f"You are not authorized to use this SQL Endpoint: {caller.name} does not have CAN_USE on"
            f" '{document['name']}' ({warehouse_id}). Please contact your administrator."
        )
    if state(workspace, document) == "STOPPED":
        start(workspace, warehouse_id)
    workspace.activity[warehouse_id] = workspace.clock.now()


def fetch(workspace: Workspace, warehouse_id: str) -> Document:
    """The document. Raises NotFound."""
    document = workspace.store.get(KIND, warehouse_id)
    if document is None:
        raise NotFound(f"The specified warehouse {warehouse_id} does not exist.")
    return document


def state(workspace: Workspace, document: Document, at: float | None = None) -> str:
    """STARTING, RUNNING or STOPPED, now or at another time: by a call, or after `auto_stop_mins` without a statement."""
    moment, started = workspace.clock.now() if at is None else at, document["started_at"]
    if document["stopped"]:
        return "STOPPED"
    if moment <= started + workspace.warehouse_start_seconds:
        return "STARTING"
    idle = moment - max(started, workspace.activity.get(document["id"], 0))
    return "STOPPED" if document["auto_stop_mins"] and idle > document["auto_stop_mins"] * 60 else "RUNNING"


def render(workspace: Workspace, document: Document, at: float | None = None) -> Document:
    """As the API's EndpointInfo."""
    current = state(workspace, document, at)
    path = f"/sql/1.0/warehouses/{document['id']}"
    protocol, _, address = workspace.host.partition("://")
    hostname, _, port = address.partition(":")
    ssl = int(protocol == "https")
    return {
        **{name: document[name] for name in FIELDS if name in document},
        "id": document["id"],
        "state": current,
        "num_clusters": document["min_num_clusters"] if current == "RUNNING" else 0,
        "num_active_sessions": 0,
        "health": {"status": "HEALTHY"},
        "odbc_params": {"hostname": hostname, "path": path, "port": int(port or 443), "protocol": protocol},
        "jdbc_url": f"jdbc:spark://{address}/default;transportMode=http;ssl={ssl};AuthMech=3;httpPath={path};",
    }


def _check_name(workspace: Workspace, document: Document) -> None:
    taken = workspace.store.get("warehouse_name", document["name"])
    if taken is not None and taken["id"] != document["id"]:
        raise InvalidParameter(f"SQL warehouse with name `{document['name']}` already exists")


def _put(workspace: Workspace, document: Document) -> None:
    workspace.store.put(KIND, document["id"], document)
    workspace.store.put("warehouse_name", document["name"], {"id": document["id"]})


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = create(workspace, caller, request.body)
    return render(workspace, document, at=document["started_at"])


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_VIEW", TYPE, document["id"])
    return render(workspace, document)


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    def show(document: Document) -> Document | None:
        seen = access_levels.has(workspace, caller, "CAN_VIEW", TYPE, document["id"])
        return render(workspace, document) if seen else None

    return page(workspace, request, KIND, None, field="warehouses", show=show, limit_name="page_size")


def _edit(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return render(workspace, edit(workspace, caller, request.parameters["id"], request.body))


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    delete(workspace, caller, request.parameters["id"])


def _start(workspace: Workspace, caller: Caller, request: Request) -> None:
    fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_USE", TYPE, request.parameters["id"])
    start(workspace, request.parameters["id"])


def _stop(workspace: Workspace, caller: Caller, request: Request) -> None:
    fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, request.parameters["id"])
    stop(workspace, request.parameters["id"])


_PATH = "/api/2.0/sql/warehouses"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
    Route("POST", f"{_PATH}/{{id}}/edit", _edit),
    Route("POST", f"{_PATH}/{{id}}/start", _start),
    Route("POST", f"{_PATH}/{{id}}/stop", _stop),
]
