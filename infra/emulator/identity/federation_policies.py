"""Federation policies: whose tokens the account trusts, for all principals or for one service principal.

databricks-sdk `oauth2.AccountFederationPolicyAPI`, `ServicePrincipalFederationPolicyAPI`, class `FederationPolicy`;
https://docs.databricks.com/dev-tools/auth/oauth-federation-policy. `infra.emulator.identity.token_exchange` asks `policies`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound
from infra.emulator.identity import principals
from infra.emulator.identity.account import require_account_admin
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND = "federation_policy"
_LONGEST_PAGE = 1000
_EACH = 20
_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_FIELDS = ("issuer", "audiences", "subject", "subject_claim", "jwks_json", "jwks_uri")


def policies(workspace: Workspace, principal_id: str = "") -> list[Document]:
    """The account's policies, or those of one service principal."""
    return [document for _, document in workspace.store.list(_KIND, principal_id)]


def _scope(workspace: Workspace, request: Request) -> str:
    """The service principal of the path, empty for the account's own policies."""
    principal = request.parameters.get("principal", "")
    return str(principals.fetch(workspace, "service_principal", principal)["id"]) if principal else ""


def _key(scope: str, policy_id: str) -> str:
    return f"{scope}/{policy_id}"


def _checked(oidc: Any, scope: str) -> Document:
    """The `oidc_policy` of a request. Raises InvalidParameter for what no token could be checked by."""
    if not isinstance(oidc, dict):
        raise InvalidParameter("oidc_policy is required.")
    kept = {field: oidc[field] for field in _FIELDS if oidc.get(field) not in (None, "", [])}
    if not str(kept.get("issuer", "")).startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise InvalidParameter("oidc_policy.issuer must be an https URL.")
    if scope and "subject" not in kept:
        raise InvalidParameter("oidc_policy.subject is required for a service principal federation policy.")
    if not scope and "subject" in kept:
        raise InvalidParameter("oidc_policy.subject must not be specified for an account federation policy.")
    if "jwks_json" in kept and "jwks_uri" in kept:
        raise InvalidParameter("oidc_policy takes one of jwks_json and jwks_uri.")
    if "jwks_json" in kept:
        try:
            json.loads(str(kept["jwks_json"]))["keys"]
        except (ValueError, KeyError, TypeError):
            raise InvalidParameter("oidc_policy.jwks_json is no JSON Web Key Set.") from None
    return kept


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """The query's `policy_id` names it; without one the server makes an id."""
    require_account_admin(caller)
    scope = _scope(workspace, request)
    policy_id = request.query.get("policy_id") or workspace.new_uuid()
    if not _NAME.match(policy_id):
        raise InvalidParameter("policy_id must be lowercase letters, digits and hyphens, at most 63 of them.")
    now = workspace.clock.timestamp()
    parent = f"accounts/{request.parameters['account']}" + (f"/servicePrincipals/{scope}" if scope else "")
    document: Document = {
        "name": f"{parent}/federationPolicies/{policy_id}",
        "uid": workspace.new_uuid(),
        "policy_id": policy_id,
        **({"service_principal_id": int(scope)} if scope else {}),
        **({"description": request.body["description"]} if request.body.get("description") else {}),
        "oidc_policy": _checked(request.body.get("oidc_policy"), scope),
        "create_time": now,
        "update_time": now,
    }
    with workspace.store.transaction():
        if workspace.store.get(_KIND, _key(scope, policy_id)) is not None:
            raise AlreadyExists(f"Federation policy {document['name']} already exists.", code="ALREADY_EXISTS")
        if workspace.store.count(_KIND, scope) >= _EACH:
            raise InvalidParameter(f"There are at most {_EACH} federation policies for each.", code="RESOURCE_EXHAUSTED")
        workspace.store.put(_KIND, _key(scope, policy_id), document, parent=scope)
    return document


def _fetch(workspace: Workspace, request: Request) -> Document:
    scope = _scope(workspace, request)
    document = workspace.store.get(_KIND, _key(scope, request.parameters["id"]))
    if document is None:
        raise NotFound(f"Federation policy {request.parameters['id']} does not exist.", code="NOT_FOUND")
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    return _fetch(workspace, request)


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    require_account_admin(caller)
    scope = _scope(workspace, request)
    limit = min(request.number("page_size", 100), _LONGEST_PAGE)
    rows = workspace.store.list(_KIND, scope, after=decode(request.query.get("page_token", "")), limit=limit + 1)
    answer: Document = {"policies": [document for _, document in rows[:limit]]}
    return answer | {"next_page_token": encode(rows[limit - 1][0])} if len(rows) > limit else answer


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """`update_mask` says which of description and oidc_policy to take from the body; without it all that it has."""
    require_account_admin(caller)
    scope = _scope(workspace, request)
    mask = [name for name in request.query.get("update_mask", "").split(",") if name]
    named = {name.partition(".")[0] for name in mask or request.body} & {"description", "oidc_policy"}
    with workspace.store.transaction():
        document = _fetch(workspace, request)
        if "oidc_policy" in named:
            document["oidc_policy"] = _checked(request.body.get("oidc_policy"), scope)
        if "description" in named:
            document.pop("description", None)
            if request.body.get("description"):
                document["description"] = request.body["description"]
        document["update_time"] = workspace.clock.timestamp()
        workspace.store.put(_KIND, _key(scope, document["policy_id"]), document, parent=scope)
    return document


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    require_account_admin(caller)
    document = _fetch(workspace, request)
    workspace.store.delete(_KIND, _key(_scope(workspace, request), document["policy_id"]))


def _family(path: str) -> list[Route]:
    return [
        Route("POST", path, _create),
        Route("GET", path, _list),
        Route("GET", f"{path}/{{id}}", _get),
        Route("PATCH", f"{path}/{{id}}", _update),
        Route("DELETE", f"{path}/{{id}}", _delete),
    ]


routes = [
    *_family("/api/2.0/accounts/{account}/federationPolicies"),
    *_family("/api/2.0/accounts/{account}/servicePrincipals/{principal}/federationPolicies"),
]
