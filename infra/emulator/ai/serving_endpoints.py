"""Model serving: /api/2.0/serving-endpoints. Endpoints get ready and answer nothing: there is no model here to ask.

databricks-sdk `serving.ServingEndpointsAPI`, `ServingEndpointDetailed`, `EndpointCoreConfigInput`, `ServedEntityOutput`. The
answer to a create or update says that it is under way; what is read next is done. Models are not looked up; keys in clear are
not kept.
"""

from __future__ import annotations

import re
from typing import Any, Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, NotImplementedHere
from infra.emulator.identity import access_levels
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND, _BY_ID = "serving_endpoint", "serving_endpoint_id"
TYPE: Final = "serving-endpoints"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_KEPT: Final = (
    "ai_gateway",
    "budget_policy_id",
    "description",
    "email_notifications",
    "rate_limits",
    "tags",
    "telemetry_config",
)
_GATEWAY: Final = (*("fallback_config", "guardrails", "inference_table_config", "rate_limits", "usage_tracking_config"),)
_READY: Final = {"ready": "READY", "config_update": "NOT_UPDATING"}
_UNDER_WAY: Final = {"ready": "NOT_READY", "config_update": "IN_PROGRESS"}


def _fetch(workspace: Workspace, caller: Caller, level: str, name: str) -> Document:
    endpoint = workspace.store.get(_KIND, name)
    if endpoint is None:
        raise NotFound(f"Endpoint with name '{name}' does not exist.")
    access_levels.require(workspace, caller, level, TYPE, endpoint["id"])
    return endpoint


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_keys(item) for key, item in value.items() if not key.endswith("_plaintext")}
    return [_without_keys(item) for item in value] if isinstance(value, list) else value


def _config(workspace: Workspace, caller: Caller, given: Document, version: int) -> Document:
    """A config as the workspace completes it: names, sizes, routes; what is served, under both of its names."""
    entities = [_without_keys(each) for each in given.get("served_entities") or ()]
    for model in given.get("served_models") or ():
        renamed = {"model_name": "entity_name", "model_version": "entity_version"}
        entities.append({renamed.get(key, key): value for key, value in model.items()})
    if not entities:
        raise InvalidParameter("A config must have at least one of served_entities.")
    now = workspace.clock.millis()
    served = [_entity(each) | {"creator": caller.name, "creation_timestamp": now} for each in entities]
    names = [each["name"] for each in served]
    if len(set(names)) != len(names):
        raise InvalidParameter("The names of served entities must be unique.")
    config = {key: value for key, value in given.items() if key == "auto_capture_config"}
    models = [
        {{"entity_name": "model_name", "entity_version": "model_version"}.get(key, key): value for key, value in each.items()}
        for each in served
        if "external_model" not in each
    ]
    return config | {
        "config_version": version,
        "served_entities": served,
        **({"served_models": models} if models else {}),
        "traffic_config": {"routes": _routes(given.get("traffic_config"), names)},
    }


def _entity(given: Document) -> Document:
    external = given.get("external_model")
    if not external and not given.get("entity_name"):
        raise InvalidParameter("Each served entity needs an entity_name or an external_model.")
    if external:
        return {**given, "name": given.get("name") or external.get("name")}
    if not given.get("entity_version"):
        raise InvalidParameter(f"The served entity {given['entity_name']} needs an entity_version.")
    name = f"{given['entity_name'].rpartition('.')[2]}-{given['entity_version']}"
    provisioned = any(key.startswith(("min_provisioned", "max_provisioned", "provisioned")) for key in given)
    size = {} if provisioned else {"workload_size": "Small"}
    usual = {"name": name, "workload_type": "CPU", "scale_to_zero_enabled": False, **size}
    return {**usual, **given, "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""}}


def _routes(given: Document | None, names: list[str]) -> list[Document]:
    routes = (given or {}).get("routes") or [{"served_entity_name": names[0], "traffic_percentage": 100}]
    shown = []
    for route in routes:
        name = route.get("served_entity_name") or route.get("served_model_name")
        if name not in names:
            raise InvalidParameter(f"The route to '{name}' leads to nothing that is served; that is {', '.join(names)}.")
        shown.append({**route, "served_entity_name": name, "served_model_name": name})
    if sum(int(route.get("traffic_percentage") or 0) for route in shown) != 100:
        raise InvalidParameter("The traffic percentages of all routes must come to 100.")
    return shown


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given, name = request.body, request.required("name")
    if not _NAME.fullmatch(name):
        raise InvalidParameter(f"Invalid endpoint name '{name}': up to 63 letters, digits, dashes and underscores.")
    now = workspace.clock.millis()
    endpoint: Document = {
        "id": workspace.new_uuid().replace("-", ""),
        "name": name,
        "creator": caller.name,
        "creation_timestamp": now,
        "last_updated_timestamp": now,
        "route_optimized": given.get("route_optimized") is True,
        **{key: given[key] for key in _KEPT if given.get(key)},
        **({"config": _config(workspace, caller, given["config"], 1)} if given.get("config") else {}),
    }
    if endpoint["route_optimized"]:
        endpoint["endpoint_url"] = f"{workspace.host}/serving-endpoints/{name}/invocations"
    with workspace.store.transaction():
        if workspace.store.get(_KIND, name) is not None:
            raise AlreadyExists(f"Endpoint with name '{name}' already exists.")
        workspace.store.put(_KIND, name, endpoint)
        workspace.store.put(_BY_ID, endpoint["id"], {"name": name})
        access_levels.set_owner(workspace, caller, TYPE, endpoint["id"])
    return endpoint | {"state": _UNDER_WAY}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _fetch(workspace, caller, "CAN_VIEW", request.parameters["name"]) | {"state": _READY}


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    found = [
        endpoint | {"state": _READY}
        for _, endpoint in workspace.store.list(_KIND)
        if access_levels.has(workspace, caller, "CAN_VIEW", TYPE, endpoint["id"])
    ]
    return {"endpoints": found} if found else {}


def _save(workspace: Workspace, endpoint: Document) -> None:
    endpoint["last_updated_timestamp"] = workspace.clock.millis()
    workspace.store.put(_KIND, endpoint["name"], endpoint)


def _set_config(workspace: Workspace, caller: Caller, request: Request) -> Document:
    endpoint = _fetch(workspace, caller, access_levels.MANAGE, request.parameters["name"])
    version = int((endpoint.get("config") or {}).get("config_version", 0)) + 1
    endpoint["config"] = _config(workspace, caller, request.body, version)
    _save(workspace, endpoint)
    return endpoint | {"state": _READY | {"config_update": "IN_PROGRESS"}}


def _set_gateway(workspace: Workspace, caller: Caller, request: Request) -> Document:
    endpoint = _fetch(workspace, caller, access_levels.MANAGE, request.parameters["name"])
    endpoint["ai_gateway"] = {key: request.body[key] for key in _GATEWAY if request.body.get(key) is not None}
    _save(workspace, endpoint)
    return dict(endpoint["ai_gateway"])


def _set_tags(workspace: Workspace, caller: Caller, request: Request) -> Document:
    endpoint = _fetch(workspace, caller, access_levels.MANAGE, request.parameters["name"])
    tags = {tag["key"]: tag for tag in endpoint.get("tags") or ()}
    tags |= {tag["key"]: tag for tag in request.body.get("add_tags") or ()}
    endpoint["tags"] = [tag for key, tag in tags.items() if key not in (request.body.get("delete_tags") or ())]
    _save(workspace, endpoint)
    return {"tags": endpoint["tags"]}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        endpoint = _fetch(workspace, caller, access_levels.MANAGE, request.parameters["name"])
        workspace.store.delete(_KIND, endpoint["name"])
        workspace.store.delete(_BY_ID, endpoint["id"])
        access_levels.forget(workspace, TYPE, endpoint["id"])


def _invoke(workspace: Workspace, caller: Caller, request: Request) -> None:
    _fetch(workspace, caller, "CAN_QUERY", request.parameters["name"])
    raise NotImplementedHere("Asking a model is not supported by this workspace: it serves none.")


_PATH = "/api/2.0/serving-endpoints"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PUT", f"{_PATH}/{{name}}/config", _set_config),
    Route("PUT", f"{_PATH}/{{name}}/ai-gateway", _set_gateway),
    Route("PATCH", f"{_PATH}/{{name}}/tags", _set_tags),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
    Route("POST", "/serving-endpoints/{name}/invocations", _invoke),
]
