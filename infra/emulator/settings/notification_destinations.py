"""Where alerts and jobs send their notifications to: e-mail, Slack, Teams, PagerDuty, a webhook. Kept; nothing is sent.

databricks-sdk `settings.NotificationDestinationsAPI`, classes `NotificationDestination`, `Config` and those in it;
https://docs.databricks.com/api/workspace/notificationdestinations. What is secret (addresses of hooks, keys, passwords) is
never answered: a flag says that it is set, and it is not even kept.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "notification_destination"
#: For each key of a config its destination type, the field that it needs, and all that are secret.
_CONFIGS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "email": ("EMAIL", "addresses", ()),
    "slack": ("SLACK", "url", ("url", "oauth_token", "channel_id")),
    "microsoft_teams": ("MICROSOFT_TEAMS", "url", ("url", "app_id", "auth_secret", "channel_url", "tenant_id")),
    "pagerduty": ("PAGERDUTY", "integration_key", ("integration_key",)),
    "generic_webhook": ("WEBHOOK", "url", ("url", "username", "password")),
}


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may change notification destinations.")


def _fetch(workspace: Workspace, id: str) -> Document:
    document = workspace.store.get(_KIND, id)
    if document is None:
        raise NotFound(f"Notification destination {id} does not exist.")
    return document


def _config(given: Any) -> tuple[str, Document]:
    """A request's config: its destination type, and what is kept of it."""
    named = [name for name in _CONFIGS if isinstance(given, dict) and given.get(name)]
    if len(named) != 1:
        raise InvalidParameter(f"config needs exactly one of {', '.join(_CONFIGS)}.")
    name = named[0]
    kind, needed, secret = _CONFIGS[name]
    values = given[name]
    if not values.get(needed):
        raise InvalidParameter(f"config.{name}.{needed} is required.")
    kept = {field: value for field, value in values.items() if field not in secret and not field.endswith("_set")}
    return kind, {name: kept | {f"{field}_set": True for field in secret if values.get(field)}}


def _check_name(workspace: Workspace, name: Any, own: str = "") -> str:
    if not name:
        raise InvalidParameter("display_name is required.")
    if any(document["display_name"] == name and key != own for key, document in workspace.store.list(_KIND)):
        raise AlreadyExists(f"Notification destination with name {name} already exists.")
    return str(name)


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    _require_admin(caller)
    with workspace.store.transaction():
        name = _check_name(workspace, request.body.get("display_name"))
        kind, config = _config(request.body.get("config"))
        id = workspace.new_uuid()
        document: Document = {"id": id, "display_name": name, "destination_type": kind, "config": config}
        workspace.store.put(_KIND, id, document)
    return document


def _get(workspace: Workspace, _caller: Caller, request: Request) -> Document:
    return _fetch(workspace, request.parameters["id"])


def _list(workspace: Workspace, _caller: Caller, request: Request) -> Document:
    """Without the configs."""

    def show(document: Document) -> Document:
        return {field: document[field] for field in ("id", "display_name", "destination_type")}

    return page(workspace, request, _KIND, None, field="results", show=show, limit_name="page_size")


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """The type of a destination cannot change."""
    _require_admin(caller)
    with workspace.store.transaction():
        document = _fetch(workspace, request.parameters["id"])
        if "display_name" in request.body:
            document["display_name"] = _check_name(workspace, request.body["display_name"], document["id"])
        if request.body.get("config"):
            kind, config = _config(request.body["config"])
            if kind != document["destination_type"]:
                raise InvalidParameter(f"A destination of type {document['destination_type']} cannot become {kind}.")
            document["config"] = config
        workspace.store.put(_KIND, document["id"], document)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    _require_admin(caller)
    workspace.store.delete(_KIND, _fetch(workspace, request.parameters["id"])["id"])


_PATH = "/api/2.0/notification-destinations"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
