"""Monitors of tables' quality: kept and served below …/tables/{name}/monitor.

databricks-sdk `catalog.MonitorInfo`, `QualityMonitorsAPI`; https://docs.databricks.com/api/workspace/qualitymonitors. A monitor
is active at once, and nothing is measured: its metrics' tables do not appear, and a refresh is refused.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, NotImplementedHere
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require, require_manage, require_visible
from infra.emulator.unity.securables import SCHEMA, TABLE, split
from infra.emulator.workspace import Caller, Workspace

_KIND: Final = "quality_monitor"
_PROFILES: Final = ("snapshot", "time_series", "inference_log")
_FIELDS: Final = (
    *("baseline_table_name", "custom_metrics", "data_classification_config", "inference_log", "notifications"),
    *("output_schema_name", "schedule", "slicing_exprs", "snapshot", "time_series"),
)


def _table(request: Request) -> str:
    name = request.parameters["table"].lower()
    split(name, 3, TABLE)
    return name


def _fetch(workspace: Workspace, table: str) -> Document:
    registry.fetch(workspace, TABLE, table)
    document = workspace.store.get(_KIND, f"{TABLE}/{table}")
    if document is None:
        raise NotFound(f"Monitor for table '{table}' does not exist.")
    return document


def _said(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """What a request says of a monitor. Raises InvalidParameter; PermissionDenied without the right to write its tables."""
    profiles = [profile for profile in _PROFILES if body.get(profile) is not None]
    if len(profiles) != 1:
        raise InvalidParameter(f"Exactly one of {', '.join(_PROFILES)} must be given, got {', '.join(profiles) or 'none'}")
    output = str(body.get("output_schema_name") or "").lower()
    split(output, 2, SCHEMA)
    registry.fetch(workspace, SCHEMA, output)
    require(workspace, caller, "CREATE_TABLE", SCHEMA, output)
    if (baseline := body.get("baseline_table_name")) is not None:
        registry.fetch(workspace, TABLE, str(baseline).lower())
    said = {field: body[field] for field in _FIELDS if body.get(field) not in (None, "", [])}
    if "schedule" in said:
        said["schedule"] = {"pause_status": "UNPAUSED"} | said["schedule"]
    return said


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    table = _table(request)
    registry.fetch(workspace, TABLE, table)
    require_manage(workspace, caller, TABLE, table)
    assets = request.required("assets_dir")
    said = _said(workspace, caller, request.body)
    name, output = table.rpartition(".")[2], said["output_schema_name"]
    dashboard = {} if request.body.get("skip_builtin_dashboard") else {"dashboard_id": workspace.new_uuid().replace("-", "")}
    document: Document = {
        "table_name": table,
        "assets_dir": assets,
        "status": "MONITOR_STATUS_ACTIVE",
        "monitor_version": 0,
        "profile_metrics_table_name": f"{output}.{name}_profile_metrics",
        "drift_metrics_table_name": f"{output}.{name}_drift_metrics",
        **dashboard,
        **said,
    }
    with workspace.store.transaction():
        if workspace.store.get(_KIND, f"{TABLE}/{table}") is not None:
            raise AlreadyExists(f"Monitor for table '{table}' already exists.")
        workspace.store.put(_KIND, f"{TABLE}/{table}", document)
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    table = _table(request)
    document = _fetch(workspace, table)
    require_visible(workspace, caller, TABLE, table)
    return document


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """The request replaces all that can be changed."""
    table = _table(request)
    with workspace.store.transaction():
        document = _fetch(workspace, table)
        require_manage(workspace, caller, TABLE, table)
        said = _said(workspace, caller, request.body)
        kept = {field: value for field, value in document.items() if field not in _FIELDS}
        if request.body.get("dashboard_id"):
            kept["dashboard_id"] = request.body["dashboard_id"]
        document = kept | said | {"monitor_version": document["monitor_version"] + 1}
        workspace.store.put(_KIND, f"{TABLE}/{table}", document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    table = _table(request)
    _fetch(workspace, table)
    require_manage(workspace, caller, TABLE, table)
    workspace.store.delete(_KIND, f"{TABLE}/{table}")


def _list_refreshes(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    _get(workspace, caller, request)
    return {}


def _refresh(workspace: Workspace, caller: Caller, request: Request) -> None:
    _get(workspace, caller, request)
    raise NotImplementedHere("Refreshing a monitor is not supported by this workspace: it measures nothing.")


_PATH = "/api/2.1/unity-catalog/tables/{table}/monitor"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _get),
    Route("PUT", _PATH, _update),
    Route("DELETE", _PATH, _delete),
    Route("GET", f"{_PATH}/refreshes", _list_refreshes),
    Route("POST", f"{_PATH}/refreshes", _refresh),
]
