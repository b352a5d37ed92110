"""IP access lists: kept and checked. A list that would shut its caller out is refused, as by the real workspace.

databricks-sdk `settings.IpAccessListsAPI`, class `IpAccessListInfo`; https://docs.databricks.com/api/workspace/ipaccesslists.
Callers come from this machine alone, which counts as inside every list that allows, so nobody is ever turned away.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from infra.emulator.errors import InvalidParameter, InvalidState, NotFound, PermissionDenied
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "ip_access_list"
_TYPES = ("ALLOW", "BLOCK")
_CALLER = ipaddress.ip_address("127.0.0.1")
#: Addresses of all lists together.
_MOST = 1000


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may see and change IP access lists.")


def _fetch(workspace: Workspace, list_id: str) -> Document:
    document = workspace.store.get(_KIND, list_id)
    if document is None:
        raise NotFound(f"IP access list {list_id} does not exist.")
    return document


def _checked(asked: dict[str, Any]) -> Document:
    """Label, type, addresses and whether it is enabled."""
    label, kind, addresses = asked.get("label"), asked.get("list_type"), asked.get("ip_addresses")
    if not label:
        raise InvalidParameter("label cannot be empty.")
    if kind not in _TYPES:
        raise InvalidParameter(f"list_type must be {' or '.join(_TYPES)}, got '{kind}'")
    if not isinstance(addresses, list) or not addresses:
        raise InvalidParameter("ip_addresses cannot be empty.")
    networks = [_network(str(address)) for address in addresses]
    enabled = bool(asked.get("enabled", True))
    if enabled and kind == "BLOCK" and any(_CALLER in network for network in networks):
        raise InvalidState(f"The list would block the caller's own address, {_CALLER}.")
    return {"label": label, "list_type": kind, "ip_addresses": addresses, "address_count": len(addresses), "enabled": enabled}


def _network(address: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(address, strict=False)
    except ValueError as error:
        raise InvalidParameter(f"'{address}' is no IPv4 address and no range of them (CIDR).") from error


def _put(workspace: Workspace, caller: Caller, document: Document) -> Document:
    others = (other for key, other in workspace.store.list(_KIND) if key != document["list_id"])
    if sum(other["address_count"] for other in others) + document["address_count"] > _MOST:
        raise InvalidParameter(f"All IP access lists together hold at most {_MOST} addresses.", code="QUOTA_EXCEEDED")
    document |= {"updated_at": workspace.clock.millis(), "updated_by": int(caller.id)}
    workspace.store.put(_KIND, document["list_id"], document)
    return document


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    _require_admin(caller)
    made = {"created_at": workspace.clock.millis(), "created_by": int(caller.id)}
    checked = _checked({**request.body, "enabled": True})
    with workspace.store.transaction():
        return {"ip_access_list": _put(workspace, caller, {"list_id": workspace.new_uuid(), **checked, **made})}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    _require_admin(caller)
    return {"ip_access_list": _fetch(workspace, request.parameters["id"])}


def _list(workspace: Workspace, caller: Caller, _request: Request) -> Document:
    _require_admin(caller)
    return {"ip_access_lists": [document for _, document in workspace.store.list(_KIND)]}


def _change(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """PUT and PATCH: what a PATCH leaves out stays."""
    _require_admin(caller)
    with workspace.store.transaction():
        before = _fetch(workspace, request.parameters["id"])
        asked = request.body if request.method == "PUT" else {**before, **request.body}
        return {"ip_access_list": _put(workspace, caller, {**before, **_checked(asked)})}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    _require_admin(caller)
    _fetch(workspace, request.parameters["id"])
    workspace.store.delete(_KIND, request.parameters["id"])


_PATH = "/api/2.0/ip-access-lists"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PUT", f"{_PATH}/{{id}}", _change),
    Route("PATCH", f"{_PATH}/{{id}}", _change),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
