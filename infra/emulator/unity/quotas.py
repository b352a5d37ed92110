"""How many objects Unity Catalog lets there be, below …/resource-quotas; and the limits, which tests can lower.

databricks-sdk `catalog.QuotaInfo`; https://docs.databricks.com/api/workspace/resourcequotas, limits of
https://docs.databricks.com/en/resources/limits.html. A quota is named after what it counts: `table-quota`. The control API sets
limits: PUT …/control/quotas with `parent_securable_type`, `quota_name`, `limit`, and `parent_full_name` for one parent alone.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator import control
from infra.emulator.errors import BadRequest, InvalidParameter, NotFound
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import visible
from infra.emulator.unity.securables import (
    CATALOG,
    CONNECTION,
    CREDENTIAL,
    EXTERNAL_LOCATION,
    FUNCTION,
    METASTORE,
    MODEL,
    SCHEMA,
    STORAGE_CREDENTIAL,
    TABLE,
    VOLUME,
    parent_name,
    title,
)
from infra.emulator.workspace import Caller, Workspace

_OVERRIDE: Final = "quota_limit"
_LONGEST_PAGE: Final = 500
#: Limits by the parent's type and what is counted in it.
LIMITS: Final[dict[tuple[str, str], int]] = {
    (METASTORE, CATALOG): 1_000,
    (METASTORE, CONNECTION): 1_000,
    (METASTORE, EXTERNAL_LOCATION): 500,
    (METASTORE, CREDENTIAL): 200,
    (METASTORE, STORAGE_CREDENTIAL): 200,
    (CATALOG, SCHEMA): 10_000,
    (SCHEMA, FUNCTION): 10_000,
    (SCHEMA, MODEL): 1_000,
    (SCHEMA, TABLE): 10_000,
    (SCHEMA, VOLUME): 10_000,
}
_PARENTS: Final = {child: parent for parent, child in LIMITS}


def check_room(workspace: Workspace, securable_type: str, full_name: str) -> None:
    """Raise BadRequest QUOTA_EXCEEDED if its parent has as many of this type as it may have."""
    parent_type = _PARENTS[securable_type]
    parent = parent_name(full_name)
    limit, count = _limit(workspace, parent_type, parent, securable_type), _count(workspace, parent, securable_type)
    if count >= limit:
        raise BadRequest(
            f"Cannot create 1 {title(securable_type)}(s) in {title(parent_type)} {parent or workspace.metastore_id}"
            f" (estimated count: {count}, limit: {limit}).",
            code="QUOTA_EXCEEDED",
        )


def _limit(workspace: Workspace, parent_type: str, parent: str, counted: str) -> int:
    for key in (f"{parent_type}/{parent}/{counted}", f"{parent_type}//{counted}"):
        override = workspace.store.get(_OVERRIDE, key)
        if override is not None:
            return int(override["limit"])
    return LIMITS[parent_type, counted]


def _count(workspace: Workspace, parent: str, counted: str) -> int:
    return workspace.store.count(counted, parent)


def _render(workspace: Workspace, parent_type: str, parent: str, counted: str) -> Document:
    return {
        "parent_securable_type": parent_type.upper(),
        "parent_full_name": parent or workspace.metastore_id,
        "quota_name": f"{_shown(counted)}-quota",
        "quota_count": _count(workspace, parent, counted),
        "quota_limit": _limit(workspace, parent_type, parent, counted),
        "last_refreshed_at": workspace.clock.millis(),
    }


def _shown(counted: str) -> str:
    return counted.replace("_", "-")


def _counted(parent_type: str, quota_name: str) -> str:
    for parent, counted in LIMITS:
        if parent == parent_type and quota_name == f"{_shown(counted)}-quota":
            return counted
    known = ", ".join(f"{_shown(counted)}-quota" for parent, counted in LIMITS if parent == parent_type)
    raise InvalidParameter(f"'{quota_name}' is not a quota of a {title(parent_type)}; known are {known or 'none'}")


def _get(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    parent_type, name = request.parameters["type"].lower(), request.parameters["name"].lower()
    counted = _counted(parent_type, request.parameters["quota"])
    registry.fetch(workspace, parent_type, name)
    return {"quota_info": _render(workspace, parent_type, "" if parent_type == METASTORE else name, counted)}


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """All quotas of what the caller sees, the metastore's first."""
    found = [(METASTORE, "", counted) for parent, counted in LIMITS if parent == METASTORE]
    for kind in (CATALOG, SCHEMA):
        for name, _ in workspace.store.list(kind):
            if visible(workspace, caller, kind, name):
                found += [(kind, name, counted) for parent, counted in LIMITS if parent == kind]
    start = int(decode(request.query.get("page_token", "")) or 0)
    end = start + min(request.number("max_results", _LONGEST_PAGE) or _LONGEST_PAGE, _LONGEST_PAGE)
    answer: dict[str, Any] = {"quotas": [_render(workspace, *each) for each in found[start:end]]}
    return answer | ({"next_page_token": encode(str(end))} if end < len(found) else {})


def _set(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    control.require_admin(caller)
    parent_type = request.required("parent_securable_type").lower()
    counted = _counted(parent_type, request.required("quota_name"))
    parent = str(request.body.get("parent_full_name") or "").lower()
    limit = request.body.get("limit")
    if not isinstance(limit, int) or limit < 0:
        raise InvalidParameter("limit must be a whole number, 0 or more")
    workspace.store.put(_OVERRIDE, f"{parent_type}/{parent}/{counted}", {"limit": limit})
    return {}


def _reset(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """Databricks' own limits hold again."""
    control.require_admin(caller)
    overrides = workspace.store.list(_OVERRIDE)
    if not overrides:
        raise NotFound("No limit was set.")
    with workspace.store.transaction():
        for key, _ in overrides:
            workspace.store.delete(_OVERRIDE, key)
    return {}


_PATH = "/api/2.1/unity-catalog/resource-quotas"
routes = [
    Route("GET", f"{_PATH}/all-resource-quotas", _list),
    Route("GET", f"{_PATH}/{{type}}/{{name}}/{{quota}}", _get),
    Route("PUT", f"{control.PREFIX}/control/quotas", _set),
    Route("DELETE", f"{control.PREFIX}/control/quotas", _reset),
]
