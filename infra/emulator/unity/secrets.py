"""Secrets in a schema: operations' endpoints below /api/2.1/unity-catalog/secrets.

Fields as databricks-sdk-go 0.175 `catalog.Secret`, `SecretsUcAPI` (the Python SDK has none yet). The value is never answered
but as `effective_value` to who may read it and asks for it; it is sealed on disk.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.sealing import seal, unseal
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import SCHEMA, SECRET, check_name, split
from infra.emulator.workspace import Caller, Workspace

_LONGEST: Final = 60 * 1024
_CHANGEABLE: Final = ("comment", "expire_time", "owner", "value")


def _render(workspace: Workspace, caller: Caller, document: Document, *, value: bool = False) -> Document:
    shown = {key: field for key, field in document.items() if key != "sealed"} | {"effective_owner": document["owner"]}
    if value:
        require(workspace, caller, "READ_SECRET", SECRET, document["full_name"])
        shown["effective_value"] = unseal(workspace.folder, document["sealed"]).decode()
    return shown


def _sealed(workspace: Workspace, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidParameter("Missing required field: value")
    if len(value.encode()) > _LONGEST:
        raise InvalidParameter(f"value is longer than {_LONGEST // 1024} KiB")
    return seal(workspace.folder, value.encode())


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    body = request.body
    name = check_name(request.required("name"), SECRET)
    schema = f"{request.required('catalog_name')}.{request.required('schema_name')}".lower()
    parent = registry.fetch(workspace, SCHEMA, schema)
    require(workspace, caller, "CREATE_SECRET", SCHEMA, schema)
    now = workspace.clock.timestamp()
    owner = registry.principal(workspace, body["owner"]) if body.get("owner") else caller.name
    document: Document = {
        "name": name,
        "catalog_name": parent["catalog_name"],
        "schema_name": parent["name"],
        "full_name": f"{schema}.{name}",
        "metastore_id": workspace.metastore_id,
        "owner": owner,
        "create_time": now,
        "created_by": caller.name,
        "update_time": now,
        "updated_by": caller.name,
        "sealed": _sealed(workspace, body.get("value")),
        **{field: body[field] for field in ("comment", "expire_time") if body.get(field)},
    }
    with workspace.store.transaction():
        registry.check_free(workspace, SECRET, document["full_name"])
        workspace.store.put(SECRET, document["full_name"], document, parent=schema)
    return _render(workspace, caller, document)


def _named(workspace: Workspace, request: Request) -> Document:
    full_name = request.parameters["full_name"].lower()
    split(full_name, 3, SECRET)
    return registry.fetch(workspace, SECRET, full_name)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    document = _named(workspace, request)
    require_visible(workspace, caller, SECRET, document["full_name"])
    return _render(workspace, caller, document, value=request.flag("include_value"))


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    schema = f"{request.required('catalog_name')}.{request.required('schema_name')}".lower()
    registry.fetch(workspace, SCHEMA, schema)
    require_visible(workspace, caller, SCHEMA, schema)

    def show(document: Document) -> Document | None:
        return _render(workspace, caller, document) if visible(workspace, caller, SECRET, document["full_name"]) else None

    return page(workspace, request, SECRET, schema, field="secrets", show=show, limit_name="page_size")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    mask = [field for field in request.query.get("update_mask", "").split(",") if field not in ("", "*")]
    with workspace.store.transaction():
        document = _named(workspace, request)
        require_manage(workspace, caller, SECRET, document["full_name"])
        for field in mask or [field for field in _CHANGEABLE if field in request.body]:
            if field not in _CHANGEABLE:
                raise InvalidParameter(f"update_mask takes {', '.join(_CHANGEABLE)}, got '{field}'")
            _change(workspace, document, field, request.body.get(field))
        document |= {"update_time": workspace.clock.timestamp(), "updated_by": caller.name}
        workspace.store.put(SECRET, document["full_name"], document, parent=document["full_name"].rpartition(".")[0])
    return _render(workspace, caller, document)


def _change(workspace: Workspace, document: Document, field: str, value: object) -> None:
    if field == "value":
        document["sealed"] = _sealed(workspace, value)
    elif field == "owner":
        document["owner"] = registry.principal(workspace, str(value)) if value else document["owner"]
    else:
        document.pop(field, None)
        document |= {field: value} if value else {}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    document = _named(workspace, request)
    require_manage(workspace, caller, SECRET, document["full_name"])
    registry.drop(workspace, SECRET, document["full_name"])


_PATH = "/api/2.1/unity-catalog/secrets"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{full_name}}", _get),
    Route("PATCH", f"{_PATH}/{{full_name}}", _update),
    Route("DELETE", f"{_PATH}/{{full_name}}", _delete),
]
