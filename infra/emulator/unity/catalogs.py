"""Unity Catalog catalogs: operations, and their endpoints below /api/2.1/unity-catalog/catalogs.

Fields as databricks-sdk `catalog.CatalogInfo`, `CreateCatalog`, `UpdateCatalog`; https://docs.databricks.com/api/workspace/catalogs
"""

from __future__ import annotations

from typing import Any

from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import bindings, quotas, registry, schemas
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import CATALOG, INFORMATION_SCHEMA, METASTORE, check_name
from infra.emulator.workspace import Caller, Workspace

_GIVEN = ("comment", "connection_name", "provider_name", "share_name", "storage_root")
_ISOLATION = ("OPEN", "ISOLATED")
_OPTIMIZATION = ("ENABLE", "DISABLE", "INHERIT")


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a catalog with its schemas `default` and `information_schema`. Needs CREATE CATALOG on the metastore."""
    name = check_name(str(body.get("name") or ""), CATALOG)
    require(workspace, caller, "CREATE_CATALOG", METASTORE, workspace.metastore_id)
    document: Document = {
        **registry.stamp(workspace, caller),
        "name": name,
        "full_name": name,
        "id": workspace.new_uuid(),
        "catalog_type": _catalog_type(body),
        "securable_type": "CATALOG",
        "isolation_mode": "OPEN",
        "accessible_in_current_workspace": True,
        "browse_only": False,
        "provisioning_info": {"state": "ACTIVE"},
        **schemas.optimization(workspace, None),
        **{field: body[field] for field in _GIVEN if body.get(field)},
    }
    for field in ("properties", "options"):
        if body.get(field):
            document[field] = registry.string_map(body[field], field)
    if root := document.get("storage_root"):
        document["storage_location"] = f"{root.rstrip('/')}/__unitystorage/catalogs/{document['id']}"
    with workspace.store.transaction():
        registry.check_free(workspace, CATALOG, name)
        quotas.check_room(workspace, CATALOG, name)
        workspace.store.put(CATALOG, name, document)
        if document["catalog_type"] == "MANAGED_CATALOG":
            schemas.insert(workspace, caller, name, "default", {"comment": "Default schema (auto-created)"})
        system = {"comment": "Information schema (auto-created)", "owner": "System user"}
        schemas.insert(workspace, caller, name, INFORMATION_SCHEMA, system)
    return document


def update(workspace: Workspace, caller: Caller, name: str, body: dict[str, Any]) -> Document:
    """Change what the body names; `new_name` moves the catalog with all that it contains."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, CATALOG, name)
        require_manage(workspace, caller, CATALOG, name)
        if "comment" in body:
            document["comment"] = body["comment"]
        for field in ("properties", "options"):
            if field in body:
                document[field] = registry.string_map(body[field] or {}, field)
        registry.choose(document, body, "isolation_mode", _ISOLATION)
        registry.choose(document, body, "enable_predictive_optimization", _OPTIMIZATION)
        document.update(schemas.optimization(workspace, document["enable_predictive_optimization"]))
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(CATALOG, name, document)
        if body.get("isolation_mode") == "ISOLATED":
            bindings.bind_here(workspace, CATALOG, name)
        if body.get("new_name"):
            new = check_name(body["new_name"], CATALOG)
            if new != name:
                registry.check_free(workspace, CATALOG, new)
                registry.rename(workspace, CATALOG, name, new)
                document = registry.fetch(workspace, CATALOG, new)
    return document


def drop(workspace: Workspace, caller: Caller, name: str, *, force: bool) -> None:
    """Delete a catalog; with schemas other than `information_schema` in it only by `force`."""
    registry.fetch(workspace, CATALOG, name)
    require_manage(workspace, caller, CATALOG, name)
    registry.drop(workspace, CATALOG, name, force=force)


def _catalog_type(body: dict[str, Any]) -> str:
    if body.get("connection_name"):
        return "FOREIGN_CATALOG"
    return "DELTASHARING_CATALOG" if body.get("share_name") else "MANAGED_CATALOG"


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    name = request.parameters["name"].lower()
    document = registry.fetch(workspace, CATALOG, name)
    require_visible(workspace, caller, CATALOG, name)
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, CATALOG, document["name"]) else None

    return page(workspace, request, CATALOG, None, field="catalogs", show=show)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, request.parameters["name"].lower(), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, request.parameters["name"].lower(), force=request.flag("force"))


_PATH = "/api/2.1/unity-catalog/catalogs"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
]
