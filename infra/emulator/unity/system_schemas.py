"""Schemas of system tables, switched on and off for the metastore: …/metastores/{id}/systemschemas.

databricks-sdk `catalog.SystemSchemaInfo`, `SystemSchemasAPI`; https://docs.databricks.com/api/workspace/systemschemas. Which
there are, from https://docs.databricks.com/en/admin/system-tables/. Switched on says nothing of rows: the tables are not here.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import AlreadyExists, BadRequest, NotFound
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import metastores, registry, schemas
from infra.emulator.unity.privileges import require_manage
from infra.emulator.unity.securables import CATALOG, METASTORE, SCHEMA
from infra.emulator.workspace import Caller, Workspace

CATALOG_NAME: Final = "system"
_KIND: Final = "system_schema"
_OWNER: Final = "System user"
#: Those that are Databricks' alone to switch.
_MANAGED: Final = ("billing", "information_schema")
_SCHEMAS: Final = (
    "access",
    "ai_gateway",
    "billing",
    "compute",
    "data_classification",
    "data_quality_monitoring",
    "information_schema",
    "lakeflow",
    "marketplace",
    "mlflow",
    "query",
    "serving",
    "sharing",
    "storage",
    "workflow",
)


def seed(workspace: Workspace) -> None:
    """The catalog `system`, with what is always on in it; a workspace that has it keeps its own."""
    if workspace.store.get(CATALOG, CATALOG_NAME) is not None:
        return
    now = workspace.clock.millis()
    document: Document = {
        "name": CATALOG_NAME,
        "full_name": CATALOG_NAME,
        "id": workspace.new_uuid(),
        "catalog_type": "SYSTEM_CATALOG",
        "securable_type": "CATALOG",
        "isolation_mode": "OPEN",
        "accessible_in_current_workspace": True,
        "browse_only": False,
        "comment": "System catalog (auto-created)",
        "metastore_id": workspace.metastore_id,
        "owner": _OWNER,
        "created_at": now,
        "created_by": _OWNER,
        "updated_at": now,
        "updated_by": _OWNER,
    }
    with workspace.store.transaction():
        workspace.store.put(CATALOG, CATALOG_NAME, document)
        for name in _MANAGED:
            _insert(workspace, name)


def _insert(workspace: Workspace, name: str) -> None:
    system = Caller(id="", name=_OWNER, display_name=_OWNER)
    schemas.insert(workspace, system, CATALOG_NAME, name, {"catalog_type": "SYSTEM_CATALOG"})


def enabled(workspace: Workspace, name: str) -> bool:
    """Whether a system schema can be used."""
    return name in _MANAGED or workspace.store.get(_KIND, name) is not None


def _list(workspace: Workspace, _caller: Caller, request: Request) -> dict[str, Any]:
    metastores.check_id(workspace, request.parameters["id"])
    states = {name: "ENABLE_COMPLETED" if enabled(workspace, name) else "AVAILABLE" for name in _SCHEMAS}
    return {"schemas": [{"schema": name, "state": state} for name, state in states.items()]}


def _enable(workspace: Workspace, caller: Caller, request: Request) -> None:
    name = _switchable(workspace, caller, request, "enabled")
    with workspace.store.transaction():
        if enabled(workspace, name):
            raise AlreadyExists(f"Schema '{name}' already exists", code="SCHEMA_ALREADY_EXISTS")
        workspace.store.put(_KIND, name, {"enabled_at": workspace.clock.millis(), "enabled_by": caller.name})
        _insert(workspace, name)


def _disable(workspace: Workspace, caller: Caller, request: Request) -> None:
    name = _switchable(workspace, caller, request, "disabled")
    if not workspace.store.delete(_KIND, name):
        raise NotFound(f"Schema 'system.{name}' does not exist.", code="SCHEMA_DOES_NOT_EXIST")
    registry.drop(workspace, SCHEMA, f"{CATALOG_NAME}.{name}", force=True)


def _switchable(workspace: Workspace, caller: Caller, request: Request, verb: str) -> str:
    metastores.check_id(workspace, request.parameters["id"])
    require_manage(workspace, caller, METASTORE, workspace.metastore_id)
    name = request.parameters["schema"].lower()
    if name not in _SCHEMAS:
        raise NotFound(f"System schema '{name}' does not exist.", code="SCHEMA_DOES_NOT_EXIST")
    if name in _MANAGED:
        raise BadRequest(f"{name} system schema can only be {verb} by Databricks", code="INVALID_PARAMETER_VALUE")
    return name


_PATH = "/api/2.1/unity-catalog/metastores/{id}/systemschemas"
routes = [
    Route("GET", _PATH, _list),
    Route("PUT", f"{_PATH}/{{schema}}", _enable),
    Route("DELETE", f"{_PATH}/{{schema}}", _disable),
]
