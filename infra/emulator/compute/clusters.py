"""Clusters as records and states: PENDING, RUNNING, TERMINATED. Nothing runs on one: commands and contexts are refused by name.

databricks-sdk `compute.ClustersAPI`, class `ClusterDetails`; https://docs.databricks.com/api/workspace/clusters. States follow
from the workspace's clock: a start takes `cluster_start_seconds`, an idle cluster terminates by `autotermination_minutes`, and
what was terminated for thirty days is gone unless it is pinned.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from infra.emulator.compute.cluster_settings import FIELDS, settled
from infra.emulator.errors import InvalidParameter, InvalidState, NotFound, NotImplementedHere
from infra.emulator.identity import access_levels
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

KIND, TYPE = "cluster", "clusters"
_DAY = 86_400
_KEPT_DAYS = 30
_MOST_PINNED = 100
_LONGEST_PAGE = 100
_INACTIVE = {"code": "INACTIVITY", "type": "SUCCESS"}
_ASKED = {"code": "USER_REQUEST", "type": "SUCCESS"}


def fetch(workspace: Workspace, cluster_id: str) -> Document:
    """The cluster's document. Raises NotFound for one that is not, or no longer, there."""
    document = workspace.store.get(KIND, cluster_id)
    if document is None or _forgotten(workspace, document):
        raise NotFound(f"Cluster {cluster_id} does not exist")
    return document


def _forgotten(workspace: Workspace, document: Document) -> bool:
    ended = _ended(workspace, document)
    return ended is not None and not document["pinned"] and workspace.clock.now() - ended > _KEPT_DAYS * _DAY


def _ended(workspace: Workspace, document: Document) -> float | None:
    """When it was or has terminated, None while it has not."""
    if document["terminated_at"] is not None:
        return float(document["terminated_at"])
    minutes = int(document["settings"].get("autotermination_minutes") or 0)
    idle_until = float(document["started_at"]) + workspace.cluster_start_seconds + minutes * 60
    return idle_until if minutes and workspace.clock.now() > idle_until else None


def state(workspace: Workspace, document: Document) -> str:
    """PENDING, RUNNING or TERMINATED, now."""
    if _ended(workspace, document) is not None:
        return "TERMINATED"
    started = workspace.clock.now() >= document["started_at"] + workspace.cluster_start_seconds
    return "RUNNING" if started else "PENDING"


def render(workspace: Workspace, document: Document) -> Document:
    """As the API's ClusterDetails."""
    settings, current, ended = document["settings"], state(workspace, document), _ended(workspace, document)
    tags = {"Vendor": "Databricks", "Creator": document["creator"], "ClusterName": settings["cluster_name"]}
    body: Document = {
        "cluster_id": document["cluster_id"],
        "creator_user_name": document["creator"],
        "cluster_source": "API",
        **settings,
        "state": current,
        "state_message": "" if current != "PENDING" else "Finding instances for new nodes",
        "start_time": int(document["started_at"] * 1000),
        "last_state_loss_time": 0,
        "default_tags": {**tags, "ClusterId": document["cluster_id"]},
        "spec": document["spec"],
    }
    if ended is not None:
        reason = _ASKED if document["terminated_at"] is not None else _INACTIVE
        body |= {"terminated_time": int(ended * 1000), "termination_reason": reason}
    return body


def _put(workspace: Workspace, document: Document) -> None:
    workspace.store.put(KIND, document["cluster_id"], document)


def _new_id(workspace: Workspace) -> str:
    letters = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
    return f"{workspace.clock.datetime().strftime('%m%d-%H%M%S')}-{letters}"


def _spec(body: dict[str, Any]) -> Document:
    return {field: body[field] for field in FIELDS if field in body}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """A create with an `idempotency_token` that was used before answers the cluster that it made then."""
    token = str(request.body.get("idempotency_token") or "")
    with workspace.store.transaction():
        earlier = workspace.store.get("cluster_token", token) if token else None
        if earlier is not None and workspace.store.get(KIND, earlier["cluster_id"]) is not None:
            return {"cluster_id": earlier["cluster_id"]}
        cluster_id = _new_id(workspace)
        document: Document = {
            "cluster_id": cluster_id,
            "creator": caller.name,
            "settings": settled(workspace, caller, request.body),
            "spec": _spec(request.body),
            "started_at": workspace.clock.now(),
            "terminated_at": None,
            "pinned": False,
        }
        _put(workspace, document)
        access_levels.set_owner(workspace, caller, TYPE, cluster_id)
        if token:
            workspace.store.put("cluster_token", token, {"cluster_id": cluster_id})
    return {"cluster_id": cluster_id}


def _of(workspace: Workspace, caller: Caller, request: Request, level: str) -> Document:
    """The cluster that a request is about."""
    document = fetch(workspace, request.required("cluster_id"))
    access_levels.require(workspace, caller, level, TYPE, document["cluster_id"])
    return document


def _edit(workspace: Workspace, caller: Caller, request: Request) -> None:
    """Replaces all settings, of a cluster that is running or terminated; a running one starts anew."""
    with workspace.store.transaction():
        document = _of(workspace, caller, request, access_levels.MANAGE)
        current = state(workspace, document)
        if current not in ("RUNNING", "TERMINATED"):
            raise InvalidState(f"Cluster {document['cluster_id']} is in state {current}: it cannot be edited.")
        document |= {"settings": settled(workspace, caller, request.body), "spec": _spec(request.body)}
        if current == "RUNNING":
            document["started_at"] = workspace.clock.now()
        _put(workspace, document)


def _resize(workspace: Workspace, caller: Caller, request: Request) -> None:
    """Another number of workers, or other bounds, of a running cluster."""
    with workspace.store.transaction():
        document = _of(workspace, caller, request, "CAN_RESTART")
        if state(workspace, document) != "RUNNING":
            raise InvalidState(f"Cluster {document['cluster_id']} is not running: it cannot be resized.")
        sizes = {field: request.body[field] for field in ("num_workers", "autoscale") if request.body.get(field) is not None}
        if len(sizes) != 1:
            raise InvalidParameter("Give one of num_workers and autoscale.")
        for part in ("settings", "spec"):
            kept = {field: value for field, value in document[part].items() if field not in ("num_workers", "autoscale")}
            document[part] = kept | sizes
        _put(workspace, document)


def _start(workspace: Workspace, caller: Caller, request: Request) -> None:
    """Of a terminated cluster; a restart of a running one."""
    with workspace.store.transaction():
        document = _of(workspace, caller, request, "CAN_RESTART")
        wanted = "RUNNING" if request.path.endswith("/restart") else "TERMINATED"
        if state(workspace, document) != wanted:
            current = state(workspace, document)
            raise InvalidState(f"Cluster {document['cluster_id']} is in unexpected state {current.capitalize()}.")
        _put(workspace, document | {"started_at": workspace.clock.now(), "terminated_at": None})


def _terminate(workspace: Workspace, caller: Caller, request: Request) -> None:
    """`clusters/delete`: the record stays, and can be started again."""
    with workspace.store.transaction():
        document = _of(workspace, caller, request, "CAN_RESTART")
        if _ended(workspace, document) is None:
            _put(workspace, document | {"terminated_at": workspace.clock.now()})


def _remove(workspace: Workspace, caller: Caller, request: Request) -> None:
    """`clusters/permanent-delete`: of a cluster that is not pinned."""
    with workspace.store.transaction():
        document = _of(workspace, caller, request, access_levels.MANAGE)
        if document["pinned"]:
            raise InvalidParameter("A pinned cluster cannot be deleted; unpin the cluster first.")
        workspace.store.delete(KIND, document["cluster_id"])
        workspace.store.delete("cluster_libraries", document["cluster_id"])
        access_levels.forget(workspace, TYPE, document["cluster_id"])


def _pin(workspace: Workspace, caller: Caller, request: Request) -> None:
    """Pin and unpin: twice is the same as once."""
    pinned = request.path.endswith("/pin")
    with workspace.store.transaction():
        document = _of(workspace, caller, request, access_levels.MANAGE)
        others = sum(other["pinned"] for _, other in workspace.store.list(KIND))
        if pinned and not document["pinned"] and others >= _MOST_PINNED:
            raise InvalidParameter(f"At most {_MOST_PINNED} clusters can be pinned.", code="QUOTA_EXCEEDED")
        _put(workspace, document | {"pinned": pinned})


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return render(workspace, _of(workspace, caller, request, "CAN_ATTACH_TO"))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Those that the caller may attach to; `filter_by.is_pinned` and `filter_by.cluster_states` narrow them down."""
    pinned, states = request.query.get("filter_by.is_pinned"), request.query.get("filter_by.cluster_states", "")
    after = decode(request.query.get("page_token", ""))
    found = [
        rendered
        for key, document in workspace.store.list(KIND, after=after)
        if not _forgotten(workspace, document)
        and access_levels.has(workspace, caller, "CAN_ATTACH_TO", TYPE, key)
        and (pinned is None or document["pinned"] == (pinned == "true"))
        and (not states or state(workspace, document) in states.split(","))
        for rendered in [render(workspace, document)]
    ]
    limit = min(request.number("page_size", 20) or 20, _LONGEST_PAGE)
    answer: Document = {"clusters": found[:limit]} if found else {}
    return answer | {"next_page_token": encode(found[limit - 1]["cluster_id"])} if len(found) > limit else answer


def _refuse(_workspace: Workspace, _caller: Caller, _request: Request) -> None:
    """Contexts and commands: there is no Spark here."""
    raise NotImplementedHere("Clusters of this workspace run nothing: send SQL to a warehouse, or use a real workspace.")


def _family(path: str) -> list[Route]:
    handlers = {
        "create": _create,
        "edit": _edit,
        "resize": _resize,
        "start": _start,
        "restart": _start,
        "delete": _terminate,
        "permanent-delete": _remove,
        "pin": _pin,
        "unpin": _pin,
    }
    reads = [Route("GET", f"{path}/get", _get), Route("GET", f"{path}/list", _list)]
    return [*reads, *(Route("POST", f"{path}/{name}", handler) for name, handler in handlers.items())]


routes = [
    *_family("/api/2.0/clusters"),
    *_family("/api/2.1/clusters"),
    Route("POST", "/api/1.2/contexts/create", _refuse),
    Route("POST", "/api/1.2/commands/execute", _refuse),
]
