"""Stable URLs: addresses that lead to whichever workspace is primary. Kept; nobody can be reached under one here.

databricks-sdk-go `disasterrecovery.StableUrl` (the pinned databricks-sdk has no such service).
"""

from __future__ import annotations

from infra.emulator.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from infra.emulator.identity import directory
from infra.emulator.identity.account import require_account_admin
from infra.emulator.paging import page
from infra.emulator.recovery.failover_groups import check_id, group_of
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "stable_url"


def _rendered(workspace: Workspace, document: Document) -> Document:
    """Without the first workspace, which is asked for and never answered."""
    group = group_of(workspace, document["name"])
    return {**document, **({"failover_group_name": group["name"]} if group else {})}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    url_id = check_id(request.query.get("stable_url_id", ""), "stable_url_id")
    name = f"accounts/{request.parameters['account']}/stable-urls/{url_id}"
    first = str(request.body.get("initial_workspace_id") or "")
    if not first.isdigit():
        raise InvalidParameter("initial_workspace_id must be a workspace's number.")
    with workspace.store.transaction():
        if workspace.store.get(_KIND, name) is not None:
            raise AlreadyExists(f"Stable URL {name} already exists.", code="ALREADY_EXISTS")
        stable = directory.new_id(workspace)
        document: Document = {
            "name": name,
            "effective_workspace_id": first,
            "stable_workspace_id": stable,
            "url": f"https://{url_id}.stable.example?c={stable}",
        }
        workspace.store.put(_KIND, name, document)
    return document


def _fetch(workspace: Workspace, request: Request) -> Document:
    name = f"accounts/{request.parameters['account']}/stable-urls/{request.parameters['id']}"
    document = workspace.store.get(_KIND, name)
    if document is None:
        raise NotFound(f"Stable URL {name} does not exist.", code="NOT_FOUND")
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return _rendered(workspace, _fetch(workspace, request))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)

    def show(document: Document) -> Document:
        return _rendered(workspace, document)

    return page(workspace, request, _KIND, None, field="stable_urls", show=show, limit_name="page_size")


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_account_admin(caller)
    with workspace.store.transaction():
        document = _fetch(workspace, request)
        group = group_of(workspace, document["name"])
        if group is not None:
            raise InvalidState(f"Stable URL {document['name']} belongs to the failover group {group['name']}.")
        workspace.store.delete(_KIND, document["name"])


_PATH = "/api/disaster-recovery/v1/accounts/{account}/stable-urls"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
