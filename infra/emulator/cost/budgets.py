"""Budgets of the account: kept and checked. Nothing is billed here, so none is ever exceeded.

databricks-sdk `billing.BudgetsAPI`, classes `BudgetConfiguration`, `AlertConfiguration`, `ActionConfiguration`;
https://docs.databricks.com/api/account/budgets.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from infra.emulator.errors import InvalidParameter, NotFound
from infra.emulator.identity.account import require_account_admin
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "budget"
_LONGEST_NAME = 128
#: The only values that an alert's words have so far.
_WORDS = {
    "time_period": "MONTH",
    "trigger_type": "CUMULATIVE_SPENDING_EXCEEDED",
    "quantity_type": "LIST_PRICE_DOLLARS_USD",
}


def _fetch(workspace: Workspace, request: Request) -> Document:
    document = workspace.store.get(_KIND, request.parameters["id"])
    if document is None:
        raise NotFound(f"Budget {request.parameters['id']} does not exist.")
    return document


def _checked(workspace: Workspace, request: Request) -> Document:
    """The `budget` of a request."""
    budget = request.body.get("budget")
    if not isinstance(budget, dict):
        raise InvalidParameter("budget is required.")
    name = str(budget.get("display_name") or "")
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidParameter(f"display_name must have 1 to {_LONGEST_NAME} characters.")
    alerts = budget.get("alert_configurations") or []
    if not alerts:
        raise InvalidParameter("A budget needs an alert configuration.")
    checked: Document = {"display_name": name, "alert_configurations": [_alert(workspace, alert) for alert in alerts]}
    return checked | ({"filter": budget["filter"]} if budget.get("filter") else {})


def _alert(workspace: Workspace, alert: dict[str, Any]) -> Document:
    for field, word in _WORDS.items():
        if alert.get(field) != word:
            raise InvalidParameter(f"alert_configurations.{field} must be {word}, got '{alert.get(field)}'")
    try:
        amount = Decimal(str(alert.get("quantity_threshold")))
    except InvalidOperation as error:
        raise InvalidParameter(f"quantity_threshold must be a number, got '{alert.get('quantity_threshold')}'") from error
    if amount <= 0:
        raise InvalidParameter("quantity_threshold must be above 0.")
    actions = [
        action | {"action_configuration_id": action.get("action_configuration_id") or workspace.new_uuid()}
        for action in alert.get("action_configurations") or ()
    ]
    for action in actions:
        if action.get("action_type") != "EMAIL_NOTIFICATION" or not action.get("target"):
            raise InvalidParameter("An action is an EMAIL_NOTIFICATION to a target, an e-mail address.")
    made = {"alert_configuration_id": alert.get("alert_configuration_id") or workspace.new_uuid()}
    return alert | made | {"action_configurations": actions}


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    now = workspace.clock.millis()
    document: Document = {
        "account_id": request.parameters["account"],
        "budget_configuration_id": workspace.new_uuid(),
        **_checked(workspace, request),
        "create_time": now,
        "update_time": now,
    }
    workspace.store.put(_KIND, document["budget_configuration_id"], document)
    return {"budget": document}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return {"budget": _fetch(workspace, request)}


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return page(workspace, request, _KIND, None, field="budgets", show=lambda document: document)


def _replace(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    with workspace.store.transaction():
        before = _fetch(workspace, request)
        kept = {field: before[field] for field in ("account_id", "budget_configuration_id", "create_time")}
        document = {**kept, **_checked(workspace, request), "update_time": workspace.clock.millis()}
        workspace.store.put(_KIND, before["budget_configuration_id"], document)
    return {"budget": document}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_account_admin(caller)
    workspace.store.delete(_KIND, _fetch(workspace, request)["budget_configuration_id"])


_PATH = "/api/2.1/accounts/{account}/budgets"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PUT", f"{_PATH}/{{id}}", _replace),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
