"""Alerts with a query and a schedule of their own: /api/2.0/alerts.

databricks-sdk `sql.AlertsV2API`, `AlertV2`. Their schedules are kept, and fire nothing here. What is deleted is DELETED for
thirty days, unless it is purged.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import InvalidParameter, NotFound
from infra.emulator.identity import access_levels
from infra.emulator.jobs import quartz
from infra.emulator.requests import Request, Route
from infra.emulator.sql_objects import shared
from infra.emulator.sql_objects.shared import ACTIVE
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "alert_v2", "alertsv2"
DELETED: Final = "DELETED"
_SETTABLE: Final = (
    *("custom_description", "custom_summary", "display_name", "evaluation", "parameters", "parent_path"),
    *("query_text", "run_as", "run_as_user_name", "schedule", "warehouse_id"),
)
_REQUIRED: Final = ("display_name", "query_text", "warehouse_id", "evaluation", "schedule")
_COMPARISONS: Final = (
    *("LESS_THAN", "GREATER_THAN", "EQUAL", "NOT_EQUAL", "GREATER_THAN_OR_EQUAL", "LESS_THAN_OR_EQUAL"),
    *("IS_NULL", "IS_NOT_NULL"),
)


def fetch(workspace: Workspace, id: str) -> Document:
    """An alert, also a deleted one. Raises NotFound."""
    alert = workspace.store.get(KIND, id)
    if alert is None:
        raise NotFound(f"Alert with id {id} does not exist.")
    return alert


def _check(alert: Document) -> None:
    missing = [name for name in _REQUIRED if alert.get(name) in (None, "", {})]
    if missing:
        raise InvalidParameter(f"Missing required field: {missing[0]}")
    evaluation, schedule = alert["evaluation"], alert["schedule"]
    operator = evaluation.get("comparison_operator")
    if operator not in _COMPARISONS:
        raise InvalidParameter(f"evaluation.comparison_operator must be one of {', '.join(_COMPARISONS)}, got '{operator}'")
    if not (evaluation.get("source") or {}).get("name"):
        raise InvalidParameter("Missing required field: evaluation.source.name")
    if schedule.get("pause_status") not in (None, "PAUSED", "UNPAUSED"):
        raise InvalidParameter(f"schedule.pause_status must be PAUSED or UNPAUSED, got '{schedule['pause_status']}'")
    quartz.check_cron(str(schedule.get("quartz_cron_schedule") or ""))
    quartz.check_timezone(str(schedule.get("timezone_id") or ""))


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body
    time = shared.now(workspace)
    alert: Document = {
        **{name: given[name] for name in _SETTABLE if given.get(name) is not None},
        "id": workspace.new_uuid(),
        "lifecycle_state": ACTIVE,
        "owner_user_name": caller.name,
        "create_time": time,
        "update_time": time,
    }
    shared.folder(workspace, caller, given.get("parent_path"))
    _check(alert)
    with workspace.store.transaction():
        workspace.store.put(KIND, alert["id"], alert)
        access_levels.set_owner(workspace, caller, TYPE, alert["id"])
    return _shown(alert)


def _shown(alert: Document) -> Document:
    given = alert.get("run_as") or {}
    name = given.get("service_principal_name") or given.get("user_name") or alert.get("run_as_user_name")
    kind = "user_name" if "@" in (name or alert["owner_user_name"]) else "service_principal_name"
    return alert | {"effective_run_as": {kind: name or alert["owner_user_name"]}}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    alert = fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_READ", TYPE, alert["id"])
    return _shown(alert)


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    active = [_shown(alert) for _, alert in workspace.store.list(KIND) if alert["lifecycle_state"] == ACTIVE]
    return shared.page(request, shared.seen(workspace, caller, active, TYPE), "alerts")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    with workspace.store.transaction():
        before = fetch(workspace, request.parameters["id"])
        access_levels.require(workspace, caller, "CAN_EDIT", TYPE, before["id"])
        if before["lifecycle_state"] == DELETED:
            raise InvalidParameter(f"Alert {before['id']} is deleted.")
        alert = shared.masked(before, request.body, request.query.get("update_mask", ""), _SETTABLE)
        alert |= {"parent_path": before["parent_path"]} if "parent_path" in before else {}
        _check(alert)
        alert["update_time"] = shared.now(workspace)
        workspace.store.put(KIND, alert["id"], alert)
    return _shown(alert)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        alert = fetch(workspace, request.parameters["id"])
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, alert["id"])
        if request.flag("purge"):
            workspace.store.delete(KIND, alert["id"])
            access_levels.forget(workspace, TYPE, alert["id"])
        else:
            workspace.store.put(KIND, alert["id"], alert | {"lifecycle_state": DELETED})


_PATH = "/api/2.0/alerts"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
