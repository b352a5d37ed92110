"""Declarative pipelines: /api/2.0/pipelines.

databricks-sdk `pipelines.PipelinesAPI`, `PipelineSpec`, `GetPipelineResponse`, `PipelineStateInfo`. A continuous pipeline is
RUNNING until it is stopped, any other IDLE; no data flows, and starting an update is refused by name: there is no Spark here.
"""

from __future__ import annotations

import re
from typing import Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, NotImplementedHere
from infra.emulator.identity import access_levels
from infra.emulator.jobs.jobs import check_run_as
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

TYPE: Final = "pipelines"
KIND: Final = "pipeline"
_PAGE: Final = 25
_LONGEST_PAGE: Final = 100
_NOT_IN_SPEC: Final = ("allow_duplicate_names", "dry_run", "run_as", "expected_last_modified", "pipeline_id")
_LIKE: Final = re.compile(r"\s*(name|notebook)\s+LIKE\s+'(.*)'\s*", re.IGNORECASE | re.DOTALL)


def fetch(workspace: Workspace, pipeline_id: str) -> Document:
    """A pipeline. Raises NotFound."""
    pipeline = workspace.store.get(KIND, pipeline_id)
    if pipeline is None:
        raise NotFound(f"The specified pipeline {pipeline_id} was not found.")
    return pipeline


def _spec(workspace: Workspace, body: Document, pipeline_id: str) -> Document:
    """The settings as the workspace keeps them. Raises InvalidParameter."""
    spec = {name: value for name, value in body.items() if name not in _NOT_IN_SPEC}
    for name, known in (("channel", ("CURRENT", "PREVIEW")), ("edition", ("CORE", "PRO", "ADVANCED"))):
        if str(spec.get(name) or known[-1]).upper() not in known:
            raise InvalidParameter(f"Invalid {name} '{spec[name]}': it must be one of {', '.join(known)}.")
    if spec.get("storage") and spec.get("catalog"):
        raise InvalidParameter("A pipeline has either a storage location or a catalog, not both.")
    if spec.get("target") and spec.get("schema"):
        raise InvalidParameter("A pipeline has either a target or a schema, not both.")
    for library in spec.get("libraries") or ():
        if len([kind for kind in ("notebook", "file", "glob", "jar", "maven", "whl") if library.get(kind)]) != 1:
            raise InvalidParameter("Each library must be one of notebook, file, glob, jar, maven and whl.")
    for cluster in spec.get("clusters") or ():
        if cluster.get("num_workers") and cluster.get("autoscale"):
            raise InvalidParameter("A cluster has either num_workers or autoscale, not both.")
    spec["id"] = pipeline_id
    spec.setdefault("channel", "CURRENT")
    spec.setdefault("edition", "ADVANCED")
    if not spec.get("catalog"):
        spec.setdefault("storage", f"dbfs:/pipelines/{pipeline_id}")
    return spec


def _check_name(workspace: Workspace, body: Document, pipeline_id: str) -> None:
    name = body.get("name")
    if not name or body.get("allow_duplicate_names"):
        return
    if any(key != pipeline_id and other["spec"].get("name") == name for key, other in workspace.store.list(KIND)):
        raise AlreadyExists(
            f"The pipeline name '{name}' is already used by another pipeline. This check can be skipped by setting"
            " `allow_duplicate_names = true` in the request.",
            code="RESOURCE_CONFLICT",
        )


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    body, pipeline_id = request.body, workspace.new_uuid()
    check_run_as(workspace, caller, body.get("run_as") or {})
    spec = _spec(workspace, body, pipeline_id)
    with workspace.store.transaction():
        _check_name(workspace, body, pipeline_id)
        if body.get("dry_run"):
            return {"effective_settings": spec}
        pipeline = {
            "pipeline_id": pipeline_id,
            "creator_user_name": caller.name,
            "run_as": _runner(body) or caller.name,
            "state": "RUNNING" if spec.get("continuous") else "IDLE",
            "last_modified": workspace.clock.millis(),
            "spec": spec,
        }
        workspace.store.put(KIND, pipeline_id, pipeline)
        access_levels.set_owner(workspace, caller, TYPE, pipeline_id)
    return {"pipeline_id": pipeline_id}


def _runner(body: Document) -> str | None:
    given = body.get("run_as") or {}
    return given.get("service_principal_name") or given.get("user_name")


def _edit(workspace: Workspace, caller: Caller, request: Request) -> None:
    body, pipeline_id = request.body, request.parameters["id"]
    with workspace.store.transaction():
        pipeline = fetch(workspace, pipeline_id)
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, pipeline_id)
        expected = body.get("expected_last_modified")
        if expected and expected != pipeline["last_modified"]:
            raise AlreadyExists(
                f"The pipeline was changed at {pipeline['last_modified']}, after {expected}.", code="RESOURCE_CONFLICT"
            )
        check_run_as(workspace, caller, body.get("run_as") or {})
        _check_name(workspace, body, pipeline_id)
        before = pipeline["spec"]
        pipeline["spec"] = spec = _spec(workspace, body, pipeline_id)
        if bool(before.get("catalog")) != bool(spec.get("catalog")):
            raise InvalidParameter("A pipeline cannot move between a storage location and Unity Catalog: make a new one.")
        pipeline["run_as"] = _runner(body) or pipeline["run_as"]
        pipeline["last_modified"] = workspace.clock.millis()
        pipeline["state"] = "RUNNING" if spec.get("continuous") else "IDLE"
        workspace.store.put(KIND, pipeline_id, pipeline)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    pipeline = fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_VIEW", TYPE, pipeline["pipeline_id"])
    return _summary(pipeline) | {
        "last_modified": pipeline["last_modified"],
        "effective_publishing_mode": "DEFAULT_PUBLISHING_MODE" if pipeline["spec"].get("schema") else "LEGACY_PUBLISHING_MODE",
        "spec": pipeline["spec"],
    }


def _summary(pipeline: Document) -> Document:
    summary: Document = {
        "pipeline_id": pipeline["pipeline_id"],
        "name": pipeline["spec"].get("name", ""),
        "creator_user_name": pipeline["creator_user_name"],
        "run_as_user_name": pipeline["run_as"],
        "state": pipeline["state"],
    }
    return summary | ({"health": "HEALTHY"} if pipeline["state"] == "RUNNING" else {})


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Filtered by `name LIKE '…'`, where % stands for anything."""
    given = request.query.get("filter", "")
    like = _LIKE.fullmatch(given)
    if given and (like is None or like[1].lower() != "name"):
        raise InvalidParameter(f"Unsupported filter: {given}. Supported is name LIKE '<pattern>'.")
    pattern = re.escape(like[2].replace("''", "'")).replace("%", ".*") if like else ".*"
    found = [
        _summary(pipeline)
        for _, pipeline in workspace.store.list(KIND)
        if re.fullmatch(pattern, pipeline["spec"].get("name", ""), re.DOTALL)
        and access_levels.has(workspace, caller, "CAN_VIEW", TYPE, pipeline["pipeline_id"])
    ]
    found.sort(key=lambda each: (each["name"], each["pipeline_id"]))
    start = int(decode(request.query.get("page_token", "")) or 0)
    end = start + min(request.number("max_results", _PAGE) or _PAGE, _LONGEST_PAGE)
    answer: Document = {"statuses": found[start:end]} if found[start:end] else {}
    return answer | ({"next_page_token": encode(str(end))} if end < len(found) else {})


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    pipeline_id = request.parameters["id"]
    with workspace.store.transaction():
        fetch(workspace, pipeline_id)
        access_levels.require(workspace, caller, access_levels.MANAGE, TYPE, pipeline_id)
        workspace.store.delete(KIND, pipeline_id)
        access_levels.forget(workspace, TYPE, pipeline_id)


def _start(workspace: Workspace, caller: Caller, request: Request) -> None:
    pipeline = fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_RUN", TYPE, pipeline["pipeline_id"])
    raise NotImplementedHere("Starting an update of a pipeline is not supported by this workspace: it has no Spark.")


def _stop(workspace: Workspace, caller: Caller, request: Request) -> None:
    pipeline = fetch(workspace, request.parameters["id"])
    access_levels.require(workspace, caller, "CAN_RUN", TYPE, pipeline["pipeline_id"])
    workspace.store.put(KIND, pipeline["pipeline_id"], pipeline | {"state": "IDLE"})


def _nothing_yet(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Updates and events of a pipeline that never ran."""
    access_levels.require(workspace, caller, "CAN_VIEW", TYPE, fetch(workspace, request.parameters["id"])["pipeline_id"])
    return {}


_PATH = "/api/2.0/pipelines"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PUT", f"{_PATH}/{{id}}", _edit),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
    Route("POST", f"{_PATH}/{{id}}/updates", _start),
    Route("GET", f"{_PATH}/{{id}}/updates", _nothing_yet),
    Route("GET", f"{_PATH}/{{id}}/events", _nothing_yet),
    Route("POST", f"{_PATH}/{{id}}/stop", _stop),
]
