"""What concerns all SQL warehouses of the workspace: their common configuration, and the legacy list of data sources."""

from __future__ import annotations

from infra.emulator.errors import PermissionDenied
from infra.emulator.identity import access_levels
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.warehouses.warehouses import KIND, TYPE
from infra.emulator.workspace import Caller, Workspace


def _data_sources(workspace: Workspace, caller: Caller, _request: Request) -> list[Document]:
    """The legacy `sql.DataSourcesAPI.list`; this workspace's data source of a warehouse has the warehouse's id."""
    return [
        {"id": key, "name": document["name"], "warehouse_id": key, "type": "databricks_internal", "syntax": "sql"}
        for key, document in workspace.store.list(KIND)
        if access_levels.has(workspace, caller, "CAN_VIEW", TYPE, key)
    ]


def _get_config(workspace: Workspace, _caller: Caller, _request: Request) -> Document:
    """databricks-sdk `WarehousesAPI.get_workspace_warehouse_config`."""
    default = {"security_policy": "DATA_ACCESS_CONTROL", "data_access_config": [], "sql_configuration_parameters": {}}
    return workspace.store.get("warehouse_config", "self") or default


def _set_config(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `WarehousesAPI.set_workspace_warehouse_config`."""
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may change the configuration of warehouses.")
    workspace.store.put("warehouse_config", "self", request.body)


routes = [
    Route("GET", "/api/2.0/preview/sql/data_sources", _data_sources),
    Route("GET", "/api/2.0/sql/config/warehouses", _get_config),
    Route("PUT", "/api/2.0/sql/config/warehouses", _set_config),
]
