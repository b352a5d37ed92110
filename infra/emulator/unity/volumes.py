"""Unity Catalog volumes: operations, and their endpoints below /api/2.1/unity-catalog/volumes.

Fields as databricks-sdk `catalog.VolumeInfo`, `CreateVolumeRequestContent`; https://docs.databricks.com/api/workspace/volumes
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import metastores, paths, quotas, registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import SCHEMA, VOLUME, check_name, split
from infra.emulator.workspace import Caller, Workspace

_LONGEST_PAGE = 10_000


def create(workspace: Workspace, caller: Caller, body: dict[str, Any]) -> Document:
    """Make a volume. Needs USE CATALOG, USE SCHEMA and CREATE VOLUME; an external one lies in an external location."""
    name = check_name(str(body.get("name") or ""), VOLUME)
    schema = ".".join(str(body.get(field) or "").lower() for field in ("catalog_name", "schema_name"))
    kind = body.get("volume_type")
    if kind not in ("MANAGED", "EXTERNAL"):
        raise InvalidParameter(f"volume_type must be MANAGED or EXTERNAL, got '{kind}'")
    location = body.get("storage_location")
    if (kind == "EXTERNAL") != bool(location):
        rule = (
            "An external volume needs a storage_location"
            if kind == "EXTERNAL"
            else "A managed volume takes no storage_location"
        )
        raise InvalidParameter(f"{rule}.")
    schema_document = registry.fetch(workspace, SCHEMA, schema)
    require(workspace, caller, "CREATE_VOLUME", SCHEMA, schema)
    if location:
        paths.require_external(workspace, caller, str(location), VOLUME)
    volume_id = workspace.new_uuid()
    document: Document = {
        **registry.stamp(workspace, caller),
        "name": name,
        "catalog_name": schema_document["catalog_name"],
        "schema_name": schema_document["name"],
        "full_name": f"{schema}.{name}",
        "volume_id": volume_id,
        "volume_type": kind,
        "storage_location": location or f"{metastores.storage_root(workspace)}/volumes/{volume_id}",
        "browse_only": False,
        **({"comment": body["comment"]} if body.get("comment") else {}),
    }
    with workspace.store.transaction():
        registry.check_free(workspace, VOLUME, document["full_name"])
        quotas.check_room(workspace, VOLUME, document["full_name"])
        workspace.store.put(VOLUME, document["full_name"], document, parent=schema)
    return document


def update(workspace: Workspace, caller: Caller, full_name: str, body: dict[str, Any]) -> Document:
    """Change comment, owner, name."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, VOLUME, full_name)
        require_manage(workspace, caller, VOLUME, full_name)
        if "comment" in body:
            document["comment"] = body["comment"]
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        schema = full_name.rpartition(".")[0]
        workspace.store.put(VOLUME, full_name, document, parent=schema)
        if body.get("new_name"):
            new = f"{schema}.{check_name(body['new_name'], VOLUME)}"
            if new != full_name:
                registry.check_free(workspace, VOLUME, new)
                registry.rename(workspace, VOLUME, full_name, new)
                document = registry.fetch(workspace, VOLUME, new)
    return document


def drop(workspace: Workspace, caller: Caller, full_name: str) -> None:
    """Delete a volume."""
    registry.fetch(workspace, VOLUME, full_name)
    require_manage(workspace, caller, VOLUME, full_name)
    registry.drop(workspace, VOLUME, full_name)


def _full_name(request: Request) -> str:
    full_name = request.parameters["name"].lower()
    split(full_name, 3, VOLUME)
    return full_name


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    full_name = _full_name(request)
    document = registry.fetch(workspace, VOLUME, full_name)
    require_visible(workspace, caller, VOLUME, full_name)
    return document


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    schema = f"{request.required('catalog_name')}.{request.required('schema_name')}".lower()
    registry.fetch(workspace, SCHEMA, schema)
    require_visible(workspace, caller, SCHEMA, schema)

    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, VOLUME, document["full_name"]) else None

    return page(workspace, request, VOLUME, schema, field="volumes", show=show, longest=_LONGEST_PAGE)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, _full_name(request), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, _full_name(request))


_PATH = "/api/2.1/unity-catalog/volumes"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
]
