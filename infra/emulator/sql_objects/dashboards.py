"""Dashboards: /api/2.0/lakeview/dashboards: a draft in the workspace's tree, and what of it is published.

databricks-sdk `dashboards.LakeviewAPI`, `Dashboard`, `PublishedDashboard`. Each change of a draft gives it another etag. A
trashed dashboard is still read, and leaves the tree. Schedules, subscriptions and the data of embedded ones are not served.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied
from infra.emulator.files import objects
from infra.emulator.identity import access_levels
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Response, Route
from infra.emulator.sql_objects import shared
from infra.emulator.sql_objects.shared import ACTIVE, TRASHED
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "dashboard", "dashboards"
_SHOWN: Final = (
    *("dashboard_id", "display_name", "path", "parent_path", "create_time", "update_time", "warehouse_id", "etag"),
    *("serialized_dashboard", "lifecycle_state"),
)
_CANVAS: Final = "PAGE_TYPE_CANVAS"


def fetch(workspace: Workspace, caller: Caller, level: str, dashboard_id: str) -> Document:
    """A dashboard, also a trashed one, that the caller has the level on. Raises NotFound, PermissionDenied."""
    dashboard = workspace.store.get(KIND, dashboard_id)
    if dashboard is None:
        raise NotFound(f"Unable to find dashboard [dashboardId={dashboard_id}]")
    if not access_levels.has(workspace, caller, level, TYPE, dashboard_id):
        placed = workspace.store.get("object", dashboard["path"])
        if placed is None or placed.get("resource_id") != dashboard_id:
            raise PermissionDenied(f"{caller.name} does not have {level} permissions on dashboard {dashboard_id}.")
        objects.require(workspace, caller, level, placed)
    return dashboard


def _shown(dashboard: Document) -> Document:
    return {name: dashboard[name] for name in _SHOWN if name in dashboard}


def _serialized(given: object) -> str:
    """The content as the workspace writes it: pages say of what type they are; a new line at the end."""
    text = str(given or "")
    try:
        parsed: Any = json.loads(text or "{}")
    except ValueError as error:
        raise InvalidParameter(f"Failed to parse serialized_dashboard: {error}") from error
    pages = parsed.get("pages") if isinstance(parsed, dict) else None
    if not isinstance(parsed, dict) or not isinstance(pages or [], list):
        raise InvalidParameter("serialized_dashboard must be a JSON object.")
    lacking = [page for page in pages or () if isinstance(page, dict) and "pageType" not in page]
    for page in lacking:
        page["pageType"] = _CANVAS
    return (json.dumps(parsed, separators=(",", ":"), sort_keys=True) if lacking else text.strip() or "{}") + "\n"


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body
    if not given.get("display_name"):
        raise InvalidParameter("Missing required field: display_name")
    folder = shared.folder(workspace, caller, given.get("parent_path"))
    time = shared.now(workspace)
    dashboard: Document = {
        "dashboard_id": uuid.uuid4().hex,
        "display_name": given["display_name"],
        "path": f"{folder.rstrip('/')}/{given['display_name']}.lvdash.json",
        "parent_path": folder,
        "create_time": time,
        "update_time": time,
        "etag": str(workspace.store.next("dashboard_etag", first=80_611_980)),
        "serialized_dashboard": _serialized(given.get("serialized_dashboard")),
        "lifecycle_state": ACTIVE,
        **({"warehouse_id": given["warehouse_id"]} if given.get("warehouse_id") else {}),
    }
    with workspace.store.transaction():
        objects.place(workspace, caller, dashboard["path"], objects.DASHBOARD, dashboard["dashboard_id"])
        workspace.store.put(KIND, dashboard["dashboard_id"], dashboard)
        access_levels.set_owner(workspace, caller, TYPE, dashboard["dashboard_id"])
    return _shown(dashboard)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _shown(fetch(workspace, caller, "CAN_READ", request.parameters["id"]))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    trashed = request.flag("show_trashed")
    found = [
        {name: value for name, value in _shown(each).items() if name not in ("serialized_dashboard", "etag")}
        for _, each in workspace.store.list(KIND)
        if (trashed or each["lifecycle_state"] == ACTIVE)
        and access_levels.has(workspace, caller, "CAN_READ", TYPE, each["dashboard_id"])
    ]
    start = int(decode(request.query.get("page_token", "")) or 0)
    end = start + min(request.number("page_size", 20) or 20, 1000)
    answer: Document = {"dashboards": found[start:end]} if found[start:end] else {}
    return answer | ({"next_page_token": encode(str(end))} if end < len(found) else {})


def _active(workspace: Workspace, caller: Caller, level: str, dashboard_id: str) -> Document:
    dashboard = fetch(workspace, caller, level, dashboard_id)
    if dashboard["lifecycle_state"] == TRASHED:
        raise PermissionDenied(f"Dashboard {dashboard_id} is in the trash.")
    return dashboard


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """What the body does not name stays. An `etag` of an older draft is refused."""
    given = request.body
    with workspace.store.transaction():
        dashboard = _active(workspace, caller, "CAN_EDIT", request.parameters["id"])
        if given.get("etag") not in (None, "", dashboard["etag"]):
            raise AlreadyExists(f"The dashboard was changed since etag {given['etag']}.", code="ABORTED")
        if given.get("serialized_dashboard") is not None:
            dashboard["serialized_dashboard"] = _serialized(given["serialized_dashboard"])
        if given.get("warehouse_id"):
            dashboard["warehouse_id"] = given["warehouse_id"]
        if given.get("display_name") and given["display_name"] != dashboard["display_name"]:
            path = f"{dashboard['parent_path'].rstrip('/')}/{given['display_name']}.lvdash.json"
            objects.move(workspace, dashboard["path"], path)
            dashboard |= {"display_name": given["display_name"], "path": path}
        dashboard["update_time"] = shared.now(workspace)
        dashboard["etag"] = str(int(dashboard["etag"]) + 1)
        workspace.store.put(KIND, dashboard["dashboard_id"], dashboard)
    return _shown(dashboard)


def _trash(workspace: Workspace, caller: Caller, request: Request) -> Document:
    with workspace.store.transaction():
        dashboard = _active(workspace, caller, access_levels.MANAGE, request.parameters["id"])
        objects.delete(workspace, caller, dashboard["path"], recursive=False)
    return _shown(dashboard)


def _publish(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body
    dashboard = _active(workspace, caller, "CAN_EDIT", request.parameters["id"])
    warehouse = given.get("warehouse_id") or dashboard.get("warehouse_id")
    dashboard["published"] = {
        "display_name": dashboard["display_name"],
        "embed_credentials": given.get("embed_credentials", True) is not False,
        "revision_create_time": shared.now(workspace),
        **({"warehouse_id": warehouse} if warehouse else {}),
    }
    workspace.store.put(KIND, dashboard["dashboard_id"], dashboard)
    return dict(dashboard["published"])


def _published(workspace: Workspace, caller: Caller, request: Request) -> Document:
    dashboard = fetch(workspace, caller, "CAN_READ", request.parameters["id"])
    if "published" not in dashboard:
        raise NotFound(f"Unable to find published dashboard [dashboardId={dashboard['dashboard_id']}]")
    return dict(dashboard["published"])


def _unpublish(workspace: Workspace, caller: Caller, request: Request) -> Response:
    dashboard = _active(workspace, caller, "CAN_EDIT", request.parameters["id"])
    if dashboard.pop("published", None) is None:
        raise NotFound(f"Unable to find published dashboard [dashboardId={dashboard['dashboard_id']}]")
    workspace.store.put(KIND, dashboard["dashboard_id"], dashboard)
    return Response(b"{}")


_PATH = "/api/2.0/lakeview/dashboards"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _trash),
    Route("POST", f"{_PATH}/{{id}}/published", _publish),
    Route("GET", f"{_PATH}/{{id}}/published", _published),
    Route("DELETE", f"{_PATH}/{{id}}/published", _unpublish),
]
