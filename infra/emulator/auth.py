"""Who calls: bearer tokens, personal or by OAuth machine to machine, and the endpoints that hand the latter out.

An OAuth token is given for a client's secret, or for a token of an issuer that a federation policy trusts
(`infra.emulator.identity.token_exchange`); at the workspace's endpoint or at the account's, to the same effect. Tokens are
kept as SHA-256 only. Endpoints and shapes: databricks-sdk's `oauth.py` (`ClientCredentials`, `OidcEndpoints`) and
`credentials_provider.py`; RFC 6749 section 4.4 and 5.2; RFC 8414.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import parse_qs

from infra.emulator.errors import PermissionDenied, Unauthenticated
from infra.emulator.identity import directory, token_exchange
from infra.emulator.requests import Request, Response, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

#: Seconds an OAuth access token lives, as on Databricks.
OAUTH_LIFETIME = 3600


def digest(secret: str) -> str:
    """The form in which a token or client secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_token(
    workspace: Workspace, principal_id: str, *, comment: str = "", lifetime: float | None = None, oauth: bool = False
) -> tuple[str, Document]:
    """A new token of the principal, valid `lifetime` seconds (None: for ever). Answers it in clear, and its document."""
    token = f"dapi{secrets.token_hex(16)}" if not oauth else f"dose-at{secrets.token_urlsafe(32)}"
    now = workspace.clock.millis()
    document: Document = {
        "token_id": digest(token),
        "principal": principal_id,
        "comment": comment,
        "creation_time": now,
        "expiry_time": -1 if lifetime is None else now + int(lifetime * 1000),
        "oauth": oauth,
    }
    with workspace.store.transaction():
        for key, old in workspace.store.list("token", principal_id) if oauth else ():
            if 0 <= old["expiry_time"] <= now:
                workspace.store.delete("token", key)
        workspace.store.put("token", document["token_id"], document, parent=principal_id)
    return token, document


def revoke_token(workspace: Workspace, token_id: str) -> None:
    """Forget a token by its id."""
    workspace.store.delete("token", token_id)
    workspace.callers.clear()


def authenticate(workspace: Workspace, authorization: str) -> Caller:
    """Who sends the header `Authorization`. Raises Unauthenticated without one, PermissionDenied for a wrong one.

    Basic is accepted for user `token`, as old clients send a personal token.
    """
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() == "basic":
        user, _, credential = _basic(credential).partition(":")
        if user != "token":
            raise Unauthenticated("Basic authentication with a password is not supported. Use a token.")
    elif scheme.lower() != "bearer" or not credential:
        raise Unauthenticated("Credential was not sent or was of an unsupported type for this API.")
    token_id = digest(credential.strip())
    known = workspace.callers.get(token_id)
    if known is None:
        known = _look_up(workspace, token_id)
        workspace.callers[token_id] = known
    caller, expires = known
    if expires is not None and expires <= workspace.clock.millis():
        raise PermissionDenied("Invalid access token: it has expired.")
    return caller


def _look_up(workspace: Workspace, token_id: str) -> tuple[Caller, float | None]:
    token = workspace.store.get("token", token_id)
    found = None if token is None else directory.by_id(workspace, token["principal"])
    if token is None or found is None:
        raise PermissionDenied("Invalid access token.")
    kind, body = found
    if body.get("active") is False:
        raise PermissionDenied(f"User {body[directory.NAME_FIELDS[kind]]} is not active in this workspace.")
    return directory.caller_of(workspace, kind, body), None if token["expiry_time"] < 0 else token["expiry_time"]


def _basic(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated("The Basic credential is not base64.") from error


def _metadata(workspace: Workspace, _caller: Caller, request: Request) -> dict[str, Any]:
    """OAuth authorization server metadata (RFC 8414), as databricks-sdk `oauth.get_workspace_endpoints` reads it."""
    account = request.parameters.get("account")
    oidc = f"{workspace.host}/oidc/accounts/{account}" if account else f"{workspace.host}/oidc"
    return {
        "issuer": oidc,
        "authorization_endpoint": f"{oidc}/v1/authorize",
        "token_endpoint": f"{oidc}/v1/token",
        "grant_types_supported": ["client_credentials", token_exchange.GRANT],
        "response_types_supported": ["code"],
        "scopes_supported": ["all-apis", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def _config(workspace: Workspace, _caller: Caller, _request: Request) -> dict[str, Any]:
    """What newer SDKs ask a host first (databricks-sdk-go `config/host_metadata.go`)."""
    return {"oidc_endpoint": f"{workspace.host}/oidc", "workspace_id": str(workspace.id)}


def _token(workspace: Workspace, _caller: Caller, request: Request) -> Any:
    """Client credentials or token exchange. RFC 6749 section 5.2 gives the error's shape, which is not Databricks' own."""
    form = {name: values[-1] for name, values in parse_qs(request.content.decode(errors="replace")).items()}
    client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, _, client_secret = _basic(encoded).partition(":")
    if form.get("grant_type") == token_exchange.GRANT:
        try:
            found = token_exchange.principal_of(workspace, form, request.parameters.get("account", ""))
        except token_exchange.Mismatch as error:
            return _oauth_error(400, "invalid_grant", str(error))
        return _granted(workspace, found, form)
    if form.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", "only client_credentials and token exchange are supported here")
    principal = directory.by_name(workspace, "service_principal", client_id)
    if principal is None or not _secret_matches(workspace, principal["id"], client_secret):
        return _oauth_error(401, "invalid_client", "Client authentication failed")
    return _granted(workspace, principal, form)


def _granted(workspace: Workspace, principal: Document, form: dict[str, str]) -> dict[str, Any]:
    token, _ = issue_token(workspace, principal["id"], lifetime=OAUTH_LIFETIME, oauth=True)
    scope = form.get("scope", "all-apis")
    return {"access_token": token, "token_type": "Bearer", "expires_in": OAUTH_LIFETIME, "scope": scope}


def _secret_matches(workspace: Workspace, principal_id: str, secret: str) -> bool:
    now = workspace.clock.now()
    hashed = digest(secret)
    return any(
        kept["hash"] == hashed and kept["expires"] > now for _, kept in workspace.store.list("oauth_secret", principal_id)
    )


def _oauth_error(status: int, code: str, description: str) -> Response:
    return Response(json.dumps({"error": code, "error_description": description}).encode(), status)


_ACCOUNT = "/oidc/accounts/{account}"
routes = [
    Route("GET", "/.well-known/databricks-config", _config, open=True),
    Route("GET", "/oidc/.well-known/oauth-authorization-server", _metadata, open=True),
    Route("GET", "/oidc/.well-known/openid-configuration", _metadata, open=True),
    # Slow, because an issuer's keys may have to be fetched.
    Route("POST", "/oidc/v1/token", _token, open=True, slow=True, reads=True),
    Route("GET", f"{_ACCOUNT}/.well-known/oauth-authorization-server", _metadata, open=True),
    Route("GET", f"{_ACCOUNT}/.well-known/openid-configuration", _metadata, open=True),
    Route("POST", f"{_ACCOUNT}/v1/token", _token, open=True, slow=True, reads=True),
]
