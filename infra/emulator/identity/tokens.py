"""Personal access tokens, tokens on behalf of service principals, and the OAuth secrets of service principals.

databricks-sdk `settings.TokensAPI`, `TokenManagementAPI`, `oauth2.ServicePrincipalSecretsAPI` and
`ServicePrincipalSecretsProxyAPI`. Secrets are answered in clear once, when they are made.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from infra.emulator import auth
from infra.emulator.errors import InvalidParameter, NotFound, PermissionDenied
from infra.emulator.identity import directory, principals
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

#: Days a service principal's secret lives unless the request says otherwise, and at most.
_SECRET_DAYS = 730
_SECRETS_EACH = 5


def _info(token: Document) -> Document:
    return {name: token[name] for name in ("token_id", "comment", "creation_time", "expiry_time")}


def _lifetime(request: Request) -> float | None:
    given = request.body.get("lifetime_seconds")
    if given is None:
        return None
    if not isinstance(given, int) or given <= 0:
        raise InvalidParameter(f"lifetime_seconds must be a positive number, got {given}")
    return given


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `TokensAPI.create`."""
    comment = str(request.body.get("comment") or "")
    value, token = auth.issue_token(workspace, caller.id, comment=comment, lifetime=_lifetime(request))
    return {"token_value": value, "token_info": _info(token)}


def _list(workspace: Workspace, caller: Caller, _request: Request) -> Document:
    """databricks-sdk `TokensAPI.list`."""
    return {"token_infos": [_info(token) for _, token in workspace.store.list("token", caller.id) if not token["oauth"]]}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `TokensAPI.delete`: one's own."""
    _revoke(workspace, request.required("token_id"), owner=caller.id)


def _revoke(workspace: Workspace, token_id: str, owner: str | None = None) -> None:
    token = workspace.store.get("token", token_id)
    if token is None or token["oauth"] or (owner is not None and token["principal"] != owner):
        raise NotFound(f"Token with ID {token_id} does not exist")
    auth.revoke_token(workspace, token_id)


def _create_on_behalf(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `TokenManagementAPI.create_obo_token`."""
    _require_admin(caller)
    application_id = request.required("application_id")
    principal = directory.by_name(workspace, "service_principal", application_id)
    if principal is None:
        raise NotFound(f"Service principal {application_id} does not exist.")
    comment = str(request.body.get("comment") or "")
    value, token = auth.issue_token(workspace, principal["id"], comment=comment, lifetime=_lifetime(request))
    return {"token_value": value, "token_info": _managed(workspace, token)}


def _list_managed(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `TokenManagementAPI.list`."""
    _require_admin(caller)
    owner, name = request.query.get("created_by_id"), request.query.get("created_by_username")
    infos = [_managed(workspace, token) for _, token in workspace.store.list("token", owner) if not token["oauth"]]
    return {"token_infos": [info for info in infos if name is None or info["created_by_username"] == name]}


def _get_managed(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `TokenManagementAPI.get`."""
    _require_admin(caller)
    token = workspace.store.get("token", request.parameters["id"])
    if token is None or token["oauth"]:
        raise NotFound(f"Token with ID {request.parameters['id']} does not exist")
    return {"token_info": _managed(workspace, token)}


def _delete_managed(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `TokenManagementAPI.delete`."""
    _require_admin(caller)
    _revoke(workspace, request.parameters["id"])


def _managed(workspace: Workspace, token: Document) -> Document:
    found = directory.by_id(workspace, token["principal"])
    name = found[1][directory.NAME_FIELDS[found[0]]] if found else ""
    return {**_info(token), "owner_id": int(token["principal"]), "created_by_id": int(token["principal"])} | {
        "created_by_username": name
    }


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may manage the tokens and secrets of others.")


def _create_secret(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `ServicePrincipalSecretsProxyAPI.create`. `lifetime` is a text such as "86400s"."""
    _require_admin(caller)
    principal = principals.fetch(workspace, "service_principal", request.parameters["id"])
    lifetime = _seconds(request.body.get("lifetime"))
    if workspace.store.count("oauth_secret", principal["id"]) >= _SECRETS_EACH:
        raise InvalidParameter(f"A service principal has at most {_SECRETS_EACH} secrets; delete one first.")
    secret = f"dose{secrets.token_hex(16)}"
    now = workspace.clock.now()
    document: Document = {
        "id": workspace.new_uuid(),
        "principal": principal["id"],
        "hash": auth.digest(secret),
        "created": now,
        "expires": now + lifetime,
    }
    workspace.store.put("oauth_secret", document["id"], document, parent=principal["id"])
    return {**_secret_info(document), "secret": secret}


def _secret_info(document: Document) -> Document:
    return {
        "id": document["id"],
        "secret_hash": document["hash"],
        "create_time": _timestamp(document["created"]),
        "update_time": _timestamp(document["created"]),
        "expire_time": _timestamp(document["expires"]),
        "status": "ACTIVE",
    }


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(lifetime: Any) -> float:
    longest = _SECRET_DAYS * 86_400
    if lifetime is None:
        return longest
    text = str(lifetime)
    if not text.endswith("s") or not text[:-1].isdigit() or not 0 < int(text[:-1]) <= longest:
        raise InvalidParameter(f'lifetime must be seconds such as "86400s", at most "{longest}s", got "{lifetime}"')
    return float(text[:-1])


def _list_secrets(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `ServicePrincipalSecretsProxyAPI.list`."""
    _require_admin(caller)
    principal = principals.fetch(workspace, "service_principal", request.parameters["id"])
    return {"secrets": [_secret_info(document) for _, document in workspace.store.list("oauth_secret", principal["id"])]}


def _delete_secret(workspace: Workspace, caller: Caller, request: Request) -> None:
    """databricks-sdk `ServicePrincipalSecretsProxyAPI.delete`."""
    _require_admin(caller)
    document = workspace.store.get("oauth_secret", request.parameters["secret_id"])
    if document is None or document["principal"] != request.parameters["id"]:
        raise NotFound(f"Secret {request.parameters['secret_id']} does not exist.")
    workspace.store.delete("oauth_secret", document["id"])


def _secret_routes(prefix: str) -> list[Route]:
    path = f"{prefix}/servicePrincipals/{{id}}/credentials/secrets"
    return [
        Route("POST", path, _create_secret),
        Route("GET", path, _list_secrets),
        Route("DELETE", f"{path}/{{secret_id}}", _delete_secret),
    ]


_MANAGED = "/api/2.0/token-management"
routes = [
    Route("POST", "/api/2.0/token/create", _create),
    Route("GET", "/api/2.0/token/list", _list),
    Route("POST", "/api/2.0/token/delete", _delete),
    Route("POST", f"{_MANAGED}/on-behalf-of/tokens", _create_on_behalf),
    Route("GET", f"{_MANAGED}/tokens", _list_managed),
    Route("GET", f"{_MANAGED}/tokens/{{id}}", _get_managed),
    Route("DELETE", f"{_MANAGED}/tokens/{{id}}", _delete_managed),
    *_secret_routes("/api/2.0/accounts"),
    *_secret_routes("/api/2.0/accounts/{account}"),
]
