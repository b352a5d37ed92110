"""Vector search: /api/2.0/vector-search/endpoints and /indexes. Endpoints come online, indexes get ready; nothing is searched.

databricks-sdk `vectorsearch.VectorSearchEndpointsAPI`, `EndpointInfo`, `VectorSearchIndexesAPI`, `VectorIndex`. Indexes are
made in a schema and need CREATE TABLE there, and their source table; queries and data are refused by name.
"""

from __future__ import annotations

import re
from typing import Final

from infra.emulator.errors import AlreadyExists, BadRequest, InvalidParameter, NotFound, NotImplementedHere
from infra.emulator.identity import access_levels
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import SCHEMA, TABLE, split
from infra.emulator.workspace import Caller, Workspace

_ENDPOINT, _INDEX, _BY_ID = "vector_search_endpoint", "vector_search_index", "vector_search_endpoint_id"
TYPE: Final = "vector-search-endpoints"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,48}")
_TYPES: Final = ("STANDARD", "STORAGE_OPTIMIZED")
_PAGE: Final = 100


def _endpoint(workspace: Workspace, caller: Caller, level: str, name: str) -> Document:
    endpoint = workspace.store.get(_ENDPOINT, name)
    if endpoint is None:
        raise NotFound(f"Vector search endpoint {name} not found")
    access_levels.require(workspace, caller, level, TYPE, endpoint["id"])
    return endpoint


def _create_endpoint(workspace: Workspace, caller: Caller, request: Request) -> Document:
    name, kind, now = request.required("name"), request.required("endpoint_type"), workspace.clock.millis()
    if not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"Invalid endpoint name '{name}': up to 49 letters, digits, dashes and underscores, a letter or digit first."
        )
    if kind not in _TYPES:
        raise InvalidParameter(f"Invalid endpoint_type '{kind}': it must be one of {', '.join(_TYPES)}.")
    policy = request.body.get("budget_policy_id")
    endpoint: Document = {
        "id": workspace.new_uuid(),
        "name": name,
        "endpoint_type": kind,
        "creator": caller.name,
        "creation_timestamp": now,
        "last_updated_user": caller.name,
        "last_updated_timestamp": now,
        "endpoint_status": {"state": "ONLINE"},
        **({"effective_budget_policy_id": policy} if policy else {}),
    }
    if request.body.get("target_qps"):
        endpoint["scaling_info"] = {"requested_target_qps": request.body["target_qps"], "state": "SCALING_CHANGE_APPLIED"}
    with workspace.store.transaction():
        if workspace.store.get(_ENDPOINT, name) is not None:
            raise AlreadyExists(f"Vector search endpoint with name {name} already exists.")
        _save(workspace, endpoint)
        workspace.store.put(_BY_ID, endpoint["id"], {"name": name})
        access_levels.set_owner(workspace, caller, TYPE, endpoint["id"])
    return _shown(workspace, endpoint)


def _save(workspace: Workspace, endpoint: Document) -> None:
    workspace.store.put(_ENDPOINT, endpoint["name"], endpoint)


def _shown(workspace: Workspace, endpoint: Document) -> Document:
    return endpoint | {"num_indexes": workspace.store.count(_INDEX, endpoint["name"])}


def _get_endpoint(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _shown(workspace, _endpoint(workspace, caller, "CAN_USE", request.parameters["name"]))


def _list_endpoints(workspace: Workspace, caller: Caller, request: Request) -> Document:
    found = [
        _shown(workspace, each)
        for _, each in workspace.store.list(_ENDPOINT)
        if access_levels.has(workspace, caller, "CAN_USE", TYPE, each["id"])
    ]
    return _page(request, found, "endpoints")


def _page(request: Request, found: list[Document], field: str) -> Document:
    start = int(decode(request.query.get("page_token", "")) or 0)
    answer: Document = {field: found[start : start + _PAGE]} if found[start:] else {}
    return answer | ({"next_page_token": encode(str(start + _PAGE))} if start + _PAGE < len(found) else {})


def _set_policy(workspace: Workspace, caller: Caller, request: Request) -> Document:
    endpoint = _endpoint(workspace, caller, access_levels.MANAGE, request.parameters["name"])
    endpoint["effective_budget_policy_id"] = request.required("budget_policy_id")
    endpoint |= {"last_updated_user": caller.name, "last_updated_timestamp": workspace.clock.millis()}
    _save(workspace, endpoint)
    return {"effective_budget_policy_id": endpoint["effective_budget_policy_id"]}


def _delete_endpoint(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        endpoint = _endpoint(workspace, caller, access_levels.MANAGE, request.parameters["name"])
        if workspace.store.count(_INDEX, endpoint["name"]):
            raise BadRequest(f"Vector search endpoint {endpoint['name']} has indexes: delete them first.")
        workspace.store.delete(_ENDPOINT, endpoint["name"])
        workspace.store.delete(_BY_ID, endpoint["id"])
        access_levels.forget(workspace, TYPE, endpoint["id"])


def _index(workspace: Workspace, name: str) -> Document:
    index = workspace.store.get(_INDEX, name.lower())
    if index is None:
        raise NotFound(f"Vector search index {name} not found")
    return index


def _create_index(workspace: Workspace, caller: Caller, request: Request) -> Document:
    name, body = request.required("name"), request.body
    endpoint = _endpoint(workspace, caller, "CAN_USE", request.required("endpoint_name"))
    kind, key = request.required("index_type"), request.required("primary_key")
    specs = {"DELTA_SYNC": "delta_sync_index_spec", "DIRECT_ACCESS": "direct_access_index_spec"}
    if kind not in specs or not body.get(specs[kind]):
        raise InvalidParameter(f"An index of type {kind} needs {specs.get(kind, ' or '.join(specs.values()))}.")
    schema = ".".join(split(name.lower(), 3, "index")[:2])
    registry.fetch(workspace, SCHEMA, schema)
    require(workspace, caller, "CREATE_TABLE", SCHEMA, schema)
    spec = dict(body[specs[kind]])
    source = str(spec.get("source_table") or "").lower()
    if kind == "DELTA_SYNC":
        if spec.get("pipeline_type") not in ("TRIGGERED", "CONTINUOUS"):
            raise InvalidParameter(f"pipeline_type must be TRIGGERED or CONTINUOUS, got '{spec.get('pipeline_type')}'")
        registry.fetch(workspace, TABLE, source)
        require(workspace, caller, "SELECT", TABLE, source)
        spec["pipeline_id"] = workspace.new_uuid()
    index: Document = {
        "name": name,
        "endpoint_name": endpoint["name"],
        "index_type": kind,
        "primary_key": key,
        specs[kind]: spec,
        "creator": caller.name,
        "status": {
            "ready": True,
            "indexed_row_count": 0,
            "message": "The index is declared; this workspace fills and searches none.",
            "index_url": f"{workspace.host.partition('://')[2]}/api/2.0/vector-search/indexes/{name}",
        },
    }
    with workspace.store.transaction():
        if workspace.store.get(_INDEX, name.lower()) is not None:
            raise AlreadyExists(f"Vector search index {name} already exists.")
        workspace.store.put(_INDEX, name.lower(), index, parent=endpoint["name"])
    return index


def _get_index(workspace: Workspace, caller: Caller, request: Request) -> Document:
    index = _index(workspace, request.parameters["name"])
    _endpoint(workspace, caller, "CAN_USE", index["endpoint_name"])
    return index


def _list_indexes(workspace: Workspace, caller: Caller, request: Request) -> Document:
    endpoint = _endpoint(workspace, caller, "CAN_USE", request.required("endpoint_name"))
    shown = ("name", "endpoint_name", "index_type", "primary_key", "creator")
    found = [{name: each[name] for name in shown} for _, each in workspace.store.list(_INDEX, endpoint["name"])]
    return _page(request, found, "vector_indexes")


def _delete_index(workspace: Workspace, caller: Caller, request: Request) -> None:
    index = _index(workspace, request.parameters["name"])
    if index["creator"] != caller.name:
        _endpoint(workspace, caller, access_levels.MANAGE, index["endpoint_name"])
    workspace.store.delete(_INDEX, index["name"].lower())


def _refused(workspace: Workspace, caller: Caller, request: Request) -> None:
    _endpoint(workspace, caller, "CAN_USE", _index(workspace, request.parameters["name"])["endpoint_name"])
    raise NotImplementedHere("Filling and searching a vector search index is not supported by this workspace.")


_ENDPOINTS, _INDEXES = "/api/2.0/vector-search/endpoints", "/api/2.0/vector-search/indexes"
routes = [
    Route("POST", _ENDPOINTS, _create_endpoint),
    Route("GET", _ENDPOINTS, _list_endpoints),
    Route("GET", f"{_ENDPOINTS}/{{name}}", _get_endpoint),
    Route("PATCH", f"{_ENDPOINTS}/{{name}}/budget-policy", _set_policy),
    Route("DELETE", f"{_ENDPOINTS}/{{name}}", _delete_endpoint),
    Route("POST", _INDEXES, _create_index),
    Route("GET", _INDEXES, _list_indexes),
    Route("GET", f"{_INDEXES}/{{name}}", _get_index),
    Route("DELETE", f"{_INDEXES}/{{name}}", _delete_index),
    *(
        Route("POST", f"{_INDEXES}/{{name}}/{action}", _refused)
        for action in ("query", "query-next-page", "scan", "sync", "upsert-data")
    ),
]
