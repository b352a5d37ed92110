"""Unity Catalog schemas: operations, and their endpoints below /api/2.1/unity-catalog/schemas.

Fields as databricks-sdk `catalog.SchemaInfo`, `CreateSchema`, `UpdateSchema`; https://docs.databricks.com/api/workspace/schemas
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter, PermissionDenied
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import metastores, quotas, registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import CATALOG, INFORMATION_SCHEMA, SCHEMA, check_name, split
from infra.emulator.workspace import Caller, Workspace

_OPTIMIZATION = ("ENABLE", "DISABLE", "INHERIT")


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a schema. Needs USE CATALOG and CREATE SCHEMA on the catalog."""
    name = check_name(str(body.get("name") or ""), SCHEMA)
    catalog = str(body.get("catalog_name") or "").lower()
    if not catalog:
        raise InvalidParameter("Missing required field: catalog_name")
    registry.fetch(workspace, CATALOG, catalog)
    require(workspace, caller, "CREATE_SCHEMA", CATALOG, catalog)
    given = {field: body[field] for field in ("comment", "storage_root") if body.get(field)}
    if body.get("properties"):
        given["properties"] = registry.string_map(body["properties"], "properties")
    with workspace.store.transaction():
        registry.check_free(workspace, SCHEMA, f"{catalog}.{name}")
        quotas.check_room(workspace, SCHEMA, f"{catalog}.{name}")
        return insert(workspace, caller, catalog, name, given)


def insert(workspace: Workspace, caller: Caller, catalog: str, name: str, given: Document) -> Document:
    """Write a new schema's document; the caller has checked rights and that the name is free."""
    document: Document = {
        **registry.stamp(workspace, caller),
        "name": name,
        "catalog_name": catalog,
        "full_name": f"{catalog}.{name}",
        "catalog_type": "MANAGED_CATALOG",
        "securable_type": "SCHEMA",
        "schema_id": workspace.new_uuid(),
        "browse_only": False,
        **optimization(workspace, None),
        **given,
    }
    if root := document.get("storage_root"):
        document["storage_location"] = f"{root.rstrip('/')}/__unitystorage/schemas/{document['schema_id']}"
    workspace.store.put(SCHEMA, f"{catalog}.{name}", document, parent=catalog)
    return document


def optimization(workspace: Workspace, chosen: str | None) -> Document:
    """The two fields of predictive optimization for what a request chose, None being nothing."""
    if chosen in ("ENABLE", "DISABLE"):
        effective = {"value": chosen}
    else:
        name = metastores.metastore(workspace)["name"]
        effective = {"value": "ENABLE", "inherited_from_type": "METASTORE", "inherited_from_name": name}
    return {"enable_predictive_optimization": chosen or "INHERIT", "effective_predictive_optimization_flag": effective}


def update(workspace: Workspace, caller: Caller, full_name: str, body: dict[str, Any]) -> Document:
    """Change what the body names; `new_name` moves the schema with all that it contains, within its catalog."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, SCHEMA, full_name)
        _check_not_system(full_name)
        require_manage(workspace, caller, SCHEMA, full_name)
        if "comment" in body:
            document["comment"] = body["comment"]
        if "properties" in body:
            document["properties"] = registry.string_map(body["properties"] or {}, "properties")
        if (chosen := body.get("enable_predictive_optimization")) is not None:
            if chosen not in _OPTIMIZATION:
                raise InvalidParameter(f"enable_predictive_optimization must be one of {', '.join(_OPTIMIZATION)}")
            document.update(optimization(workspace, chosen))
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(SCHEMA, full_name, document, parent=document["catalog_name"])
        if body.get("new_name"):
            new = f"{document['catalog_name']}.{check_name(body['new_name'], SCHEMA)}"
            if new != full_name:
                registry.check_free(workspace, SCHEMA, new)
                registry.rename(workspace, SCHEMA, full_name, new)
                document = registry.fetch(workspace, SCHEMA, new)
    return document


def drop(workspace: Workspace, caller: Caller, full_name: str, *, force: bool) -> None:
    """Delete a schema; with anything in it only by `force`."""
    registry.fetch(workspace, SCHEMA, full_name)
    _check_not_system(full_name)
    require_manage(workspace, caller, SCHEMA, full_name)
    registry.drop(workspace, SCHEMA, full_name, force=force)


def _check_not_system(full_name: str) -> None:
    if full_name.endswith(f".{INFORMATION_SCHEMA}"):
        raise PermissionDenied(f"Schema '{full_name}' belongs to the system and cannot be changed.")


def _full_name(request: Request) -> str:
    full_name = request.parameters["full_name"].lower()
    split(full_name, 2, SCHEMA)
    return full_name


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name = _full_name(request)
    registry.fetch(workspace, CATALOG, full_name.partition(".")[0])
    document = registry.fetch(workspace, SCHEMA, full_name)
    require_visible(workspace, caller, SCHEMA, full_name)
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    catalog = request.required("catalog_name").lower()
    registry.fetch(workspace, CATALOG, catalog)
    require_visible(workspace, caller, CATALOG, catalog)

    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, SCHEMA, document["full_name"]) else None

    return page(workspace, request, SCHEMA, catalog, field="schemas", show=show)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, _full_name(request), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, _full_name(request), force=request.flag("force"))


_PATH = "/api/2.1/unity-catalog/schemas"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{full_name}}", _get),
    Route("PATCH", f"{_PATH}/{{full_name}}", _update),
    Route("DELETE", f"{_PATH}/{{full_name}}", _delete),
]
