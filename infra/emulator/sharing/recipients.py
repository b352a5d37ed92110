"""Recipients of shares: /api/2.1/unity-catalog/recipients. Their tokens open nothing here.

databricks-sdk `sharing.RecipientsAPI`, `RecipientInfo`, `RecipientTokenInfo`. To make one takes CREATE RECIPIENT.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import METASTORE
from infra.emulator.workspace import Caller, Workspace

KIND: Final = "recipient"
_SETTABLE: Final = ("comment", "expiration_time", "ip_access_list", "properties_kvpairs")


def _fetch(workspace: Workspace, caller: Caller, name: str) -> Document:
    recipient = workspace.store.get(KIND, name.lower())
    if recipient is None:
        raise NotFound(f"Recipient '{name}' does not exist.", code="RECIPIENT_DOES_NOT_EXIST")
    if recipient["owner"] not in caller.principals:
        require(workspace, caller, "USE_RECIPIENT", METASTORE, workspace.metastore_id)
    return recipient


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given, name = request.body, request.required("name").lower()
    require(workspace, caller, "CREATE_RECIPIENT", METASTORE, workspace.metastore_id)
    kind = given.get("authentication_type")
    if kind not in ("TOKEN", "DATABRICKS"):
        raise InvalidParameter(f"authentication_type must be TOKEN or DATABRICKS, got '{kind}'")
    partner = given.get("data_recipient_global_metastore_id")
    if (kind == "DATABRICKS") != bool(partner):
        rule = "needs a" if kind == "DATABRICKS" else "takes no"
        raise InvalidParameter(f"A recipient of type {kind} {rule} data_recipient_global_metastore_id.")
    recipient: Document = {
        **registry.stamp(workspace, caller),
        "name": name,
        "id": workspace.new_uuid(),
        "authentication_type": kind,
        "activated": kind == "DATABRICKS",
        **{field: given[field] for field in _SETTABLE if given.get(field)},
    }
    if partner:
        parts = str(partner).split(":")
        recipient |= {"data_recipient_global_metastore_id": partner}
        if len(parts) == 3:
            recipient |= {"cloud": parts[0], "region": parts[1], "metastore_id": parts[2]}
    else:
        recipient["tokens"] = [_token(workspace, caller, given.get("expiration_time"))]
        recipient["activation_url"] = recipient["tokens"][0]["activation_url"]
    if given.get("owner"):
        recipient["owner"] = registry.principal(workspace, given["owner"])
    with workspace.store.transaction():
        if workspace.store.get(KIND, name) is not None:
            raise AlreadyExists(f"Recipient '{name}' already exists", code="RECIPIENT_ALREADY_EXISTS")
        workspace.store.put(KIND, name, recipient)
    return recipient


def _token(workspace: Workspace, caller: Caller, expires: object) -> Document:
    now, id = workspace.clock.millis(), workspace.new_uuid()
    by = {"created_at": now, "created_by": caller.name, "updated_at": now, "updated_by": caller.name}
    url = f"{workspace.host}/delta_sharing/retrieve_config.html?{id}"
    return {"id": id, **by, "activation_url": url, **({"expiration_time": expires} if expires else {})}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _fetch(workspace, caller, request.parameters["name"])


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return page(
        workspace, request, KIND, None, field="recipients",
        show=lambda each: each if caller.is_admin or each["owner"] in caller.principals else None,
    )  # fmt: skip


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    with workspace.store.transaction():
        recipient = _fetch(workspace, caller, request.parameters["name"])
        recipient |= {field: request.body[field] for field in _SETTABLE if field in request.body}
        if request.body.get("owner"):
            recipient["owner"] = registry.principal(workspace, request.body["owner"])
        registry.touch(workspace, caller, recipient)
        new = str(request.body.get("new_name") or recipient["name"]).lower()
        if new != recipient["name"] and workspace.store.get(KIND, new) is not None:
            raise AlreadyExists(f"Recipient '{new}' already exists", code="RECIPIENT_ALREADY_EXISTS")
        workspace.store.delete(KIND, recipient["name"])
        recipient["name"] = new
        workspace.store.put(KIND, new, recipient)
    return recipient


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    workspace.store.delete(KIND, _fetch(workspace, caller, request.parameters["name"])["name"])


_PATH = "/api/2.1/unity-catalog/recipients"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{name}}", _get),
    Route("PATCH", f"{_PATH}/{{name}}", _update),
    Route("DELETE", f"{_PATH}/{{name}}", _delete),
]
