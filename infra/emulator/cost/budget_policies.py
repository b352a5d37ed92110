"""Budget policies: the tags that serverless usage is put down to. Kept and checked; nothing is billed here.

databricks-sdk `billing.BudgetPolicyAPI`, class `BudgetPolicy`; https://docs.databricks.com/api/account/budgetpolicy. A create
with a `request_id` that was used before answers what it made then.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.identity.account import require_account_admin
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND, _REQUESTS = "budget_policy", "budget_policy_request"
_MOST_TAGS = 20
_RESERVED = "databricks:default-policy"


def _fetch(workspace: Workspace, policy_id: str) -> Document:
    document = workspace.store.get(_KIND, policy_id)
    if document is None:
        raise NotFound(f"Budget policy {policy_id} does not exist.")
    return document


def _checked(workspace: Workspace, given: Any, own: str = "") -> Document:
    """What a request says of a policy: its name, tags, and the workspaces that it is bound to."""
    policy = given if isinstance(given, dict) else {}
    name = str(policy.get("policy_name") or "")
    if name.startswith(_RESERVED) or not name.isprintable():
        raise InvalidParameter(f"policy_name must be printable and not begin with {_RESERVED}.")
    taken = (key for key, document in workspace.store.list(_KIND) if document.get("policy_name") == name and key != own)
    if name and next(taken, None) is not None:
        raise AlreadyExists(f"A budget policy named {name} already exists.", code="ALREADY_EXISTS")
    tags = policy.get("custom_tags") or []
    if len(tags) > _MOST_TAGS or any(not tag.get("key") for tag in tags):
        raise InvalidParameter(f"custom_tags are at most {_MOST_TAGS}, each with a key.")
    if len({tag["key"] for tag in tags}) < len(tags):
        raise InvalidParameter("custom_tags name a key twice.")
    bound = policy.get("binding_workspace_ids") or []
    if any(id != workspace.id for id in bound):
        raise InvalidParameter("binding_workspace_ids name a workspace that is not in this account.")
    kept = {"policy_name": name, "custom_tags": tags, "binding_workspace_ids": bound}
    return {field: value for field, value in kept.items() if value}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    request_id = str(request.body.get("request_id") or "")
    with workspace.store.transaction():
        earlier = workspace.store.get(_REQUESTS, request_id) if request_id else None
        if earlier is not None and workspace.store.get(_KIND, earlier["policy_id"]) is not None:
            return _fetch(workspace, earlier["policy_id"])
        document = {"policy_id": workspace.new_uuid(), **_checked(workspace, request.body.get("policy"))}
        workspace.store.put(_KIND, document["policy_id"], document)
        if request_id:
            workspace.store.put(_REQUESTS, request_id, {"policy_id": document["policy_id"]})
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return _fetch(workspace, request.parameters["id"])


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return page(workspace, request, _KIND, None, field="policies", show=lambda document: document, limit_name="page_size")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    with workspace.store.transaction():
        policy_id = _fetch(workspace, request.parameters["id"])["policy_id"]
        document = {"policy_id": policy_id, **_checked(workspace, request.body, policy_id)}
        workspace.store.put(_KIND, policy_id, document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_account_admin(caller)
    workspace.store.delete(_KIND, _fetch(workspace, request.parameters["id"])["policy_id"])


_PATH = "/api/2.1/accounts/{account}/budget-policies"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
