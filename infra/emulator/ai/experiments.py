"""MLflow experiments: /api/2.0/mlflow/experiments. Runs, metrics and models are not served.

databricks-sdk `ml.ExperimentsAPI`, `Experiment`. An experiment lies in the workspace's tree under its name; a deleted one is
still read by its id, and can be restored.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import InvalidParameter, NotFound
from infra.emulator.files import objects
from infra.emulator.identity import access_levels, directory
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "experiment", "experiments"
ACTIVE, DELETED = "active", "deleted"
_PAGE: Final = 1000


def _fetch(workspace: Workspace, caller: Caller, level: str, experiment_id: str) -> Document:
    experiment = workspace.store.get(KIND, experiment_id)
    if experiment is None:
        raise NotFound(f"Node ID {experiment_id} does not exist.")
    access_levels.require(workspace, caller, level, TYPE, experiment_id)
    return experiment


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = request.body
    path = objects.normalize(request.required("name"))
    experiment_id, now = directory.new_id(workspace), workspace.clock.millis()
    own = {
        "mlflow.ownerId": caller.id,
        "mlflow.experiment.sourceName": path,
        "mlflow.ownerEmail": caller.name,
        "mlflow.experimentType": "MLFLOW_EXPERIMENT",
    }
    experiment: Document = {
        "experiment_id": experiment_id,
        "name": path,
        "artifact_location": given.get("artifact_location") or f"dbfs:/databricks/mlflow-tracking/{experiment_id}",
        "lifecycle_stage": ACTIVE,
        "creation_time": now,
        "last_update_time": now,
        "tags": [*(given.get("tags") or ()), *({"key": key, "value": value} for key, value in own.items())],
    }
    if given.get("trace_location"):
        experiment["trace_location"] = _traced(given["trace_location"], experiment_id)
    with workspace.store.transaction():
        objects.place(workspace, caller, path, objects.EXPERIMENT, experiment_id)
        workspace.store.put(KIND, experiment_id, experiment)
        access_levels.set_owner(workspace, caller, TYPE, experiment_id)
    return {"experiment_id": experiment_id}


def _traced(given: Document, experiment_id: str) -> Document:
    """Where traces go: the prefix of the tables' names is made up if it is not given."""
    place = given.get("uc_trace_location") or {}
    if not place.get("catalog") or not place.get("schema"):
        raise InvalidParameter("trace_location.uc_trace_location needs a catalog and a schema.")
    return {
        "uc_trace_location": {**place, "effective_table_prefix": place.get("table_prefix") or f"experiment_{experiment_id}"}
    }


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return {"experiment": _fetch(workspace, caller, "CAN_READ", request.required("experiment_id"))}


def _get_by_name(workspace: Workspace, caller: Caller, request: Request) -> Document:
    path = objects.normalize(request.required("experiment_name"))
    placed = workspace.store.get("object", path)
    if placed is None or placed["object_type"] != objects.EXPERIMENT:
        raise NotFound(f"Node {path} does not exist.")
    return {"experiment": _fetch(workspace, caller, "CAN_READ", placed["resource_id"])}


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Also `search`; its filters are refused."""
    given = request.query if request.method == "GET" else request.body
    if given.get("filter"):
        raise InvalidParameter(f"Unsupported filter: {given['filter']}. This workspace lists experiments without one.")
    view = str(given.get("view_type") or "ACTIVE_ONLY")
    found = [
        experiment
        for key, experiment in workspace.store.list(KIND)
        if (view == "ALL" or (experiment["lifecycle_stage"] == ACTIVE) == (view == "ACTIVE_ONLY"))
        and access_levels.has(workspace, caller, "CAN_READ", TYPE, key)
    ]
    start = int(decode(str(given.get("page_token") or "")) or 0)
    end = start + min(int(given.get("max_results") or _PAGE), _PAGE)
    answer: Document = {"experiments": found[start:end]} if found[start:end] else {}
    return answer | ({"next_page_token": encode(str(end))} if end < len(found) else {})


def _active(workspace: Workspace, caller: Caller, level: str, experiment_id: str) -> Document:
    experiment = _fetch(workspace, caller, level, experiment_id)
    if experiment["lifecycle_stage"] == DELETED:
        raise InvalidParameter(f"The experiment {experiment_id} must be in the 'active' state. Current state is deleted.")
    return experiment


def _update(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        experiment = _active(workspace, caller, "CAN_EDIT", request.required("experiment_id"))
        if request.body.get("new_name"):
            path = objects.normalize(request.body["new_name"])
            if path != experiment["name"]:
                objects.require(workspace, caller, "CAN_EDIT", objects.fetch(workspace, path.rpartition("/")[0] or "/"))
                objects.move(workspace, experiment["name"], path)
                experiment["name"] = path
        _save(workspace, experiment)


def _save(workspace: Workspace, experiment: Document) -> None:
    experiment["last_update_time"] = workspace.clock.millis()
    workspace.store.put(KIND, experiment["experiment_id"], experiment)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        experiment = _active(workspace, caller, access_levels.MANAGE, request.required("experiment_id"))
        objects.delete(workspace, caller, experiment["name"], recursive=False)


def _restore(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        experiment = _fetch(workspace, caller, access_levels.MANAGE, request.required("experiment_id"))
        if experiment["lifecycle_stage"] == ACTIVE:
            raise InvalidParameter(f"The experiment {experiment['experiment_id']} must be in the 'deleted' state.")
        objects.place(workspace, caller, experiment["name"], objects.EXPERIMENT, experiment["experiment_id"])
        _save(workspace, experiment | {"lifecycle_stage": ACTIVE})


def _set_tag(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        experiment = _active(workspace, caller, "CAN_EDIT", request.required("experiment_id"))
        key = request.required("key")
        others = [tag for tag in experiment["tags"] if tag["key"] != key]
        experiment["tags"] = [*others, {"key": key, "value": str(request.body.get("value") or "")}]
        _save(workspace, experiment)


_PATH = "/api/2.0/mlflow/experiments"
routes = [
    Route("POST", f"{_PATH}/create", _create),
    Route("GET", f"{_PATH}/get", _get),
    Route("GET", f"{_PATH}/get-by-name", _get_by_name),
    Route("GET", f"{_PATH}/list", _list),
    Route("POST", f"{_PATH}/search", _list, reads=True),
    Route("POST", f"{_PATH}/update", _update),
    Route("POST", f"{_PATH}/delete", _delete),
    Route("POST", f"{_PATH}/restore", _restore),
    Route("POST", f"{_PATH}/set-experiment-tag", _set_tag),
]
