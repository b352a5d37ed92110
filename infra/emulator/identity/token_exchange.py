"""A token of somebody else's issuer against the federation policies: whose it is here.

https://docs.databricks.com/dev-tools/auth/oauth-federation-exchange; RFC 8693. With a `client_id` the policies of that service
principal are asked, without one those of the account, whose subject claim names a user or a service principal. Keys are the
policy's own (`jwks_json`), those of its `jwks_uri`, or those that the issuer's discovery document names (OpenID Connect
Discovery). Tokens are signed by RS256 or ES256, as on Databricks.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Final

import jwt

from infra.emulator.identity import directory
from infra.emulator.identity.federation_policies import policies
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_TOKEN_TYPE: Final = "urn:ietf:params:oauth:token-type:jwt"
_ALGORITHMS: Final = ["RS256", "ES256"]
_SECONDS: Final = 5.0


class Mismatch(Exception):
    """No policy accepts the token; says why the nearest one does not."""


def principal_of(workspace: Workspace, form: dict[str, str], account_id: str) -> Document:
    """The principal that a token exchange's form stands for. Raises Mismatch."""
    if form.get("subject_token_type", _TOKEN_TYPE) != _TOKEN_TYPE:
        raise Mismatch(f"subject_token_type must be {_TOKEN_TYPE}")
    token, client_id = form.get("subject_token", ""), form.get("client_id", "")
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise Mismatch(f"subject_token is no JSON Web Token: {error}") from error
    if not client_id:
        return _named(workspace, _accepted(workspace, policies(workspace), token, claims, account_id))
    principal = directory.by_name(workspace, "service_principal", client_id)
    if principal is None:
        raise Mismatch(f"there is no service principal {client_id}")
    _accepted(workspace, policies(workspace, str(principal["id"])), token, claims, account_id)
    return principal


def _named(workspace: Workspace, subject: str) -> Document:
    for kind in ("user", "service_principal"):
        if (found := directory.by_name(workspace, kind, subject)) is not None:
            return found
    raise Mismatch(f"no user or service principal of the account is called {subject}")


def _accepted(workspace: Workspace, known: list[Document], token: str, claims: dict[str, Any], account_id: str) -> str:
    """The subject of a token that one of the policies accepts."""
    issuer = str(claims.get("iss", ""))
    reason = f"no federation policy trusts the issuer {issuer!r}"
    for policy in (document["oidc_policy"] for document in known):
        if policy["issuer"] != issuer:
            continue
        subject = str(claims.get(policy.get("subject_claim", "sub"), ""))
        if policy.get("subject", subject) != subject:
            reason = f"the token's subject is {subject!r}, and the policy's {policy['subject']!r}"
            continue
        try:
            _verify(policy, token, policy.get("audiences") or [account_id or str(workspace.id)], workspace.clock.now())
        except (jwt.PyJWTError, OSError, ValueError, KeyError) as error:
            reason = f"the token is refused: {error}"
            continue
        return subject
    raise Mismatch(reason)


def _verify(policy: Document, token: str, audiences: list[str], now: float) -> None:
    header = jwt.get_unverified_header(token)
    keys = jwt.PyJWKSet.from_dict(_keys(policy)).keys
    usable = [key for key in keys if key.key_id == header.get("kid")] if header.get("kid") else keys
    if not usable:
        raise ValueError(f"no key of the issuer has the id {header.get('kid')!r}")
    claims = jwt.decode(
        token, usable[0], algorithms=_ALGORITHMS, audience=audiences, options={"verify_exp": False, "verify_nbf": False}
    )
    if "exp" not in claims or float(claims["exp"]) <= now:  # by the workspace's clock, which a test can move
        raise ValueError("it has expired")


def _keys(policy: Document) -> dict[str, Any]:
    if "jwks_json" in policy:
        found: dict[str, Any] = json.loads(policy["jwks_json"])
        return found
    uri = policy.get("jwks_uri")
    if not uri:
        uri = _fetched(f"{policy['issuer'].rstrip('/')}/.well-known/openid-configuration")["jwks_uri"]
    return _fetched(str(uri))


def _fetched(url: str) -> dict[str, Any]:
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url!r} is no URL")
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - checked above
        parsed: dict[str, Any] = json.load(answer)
    return parsed
