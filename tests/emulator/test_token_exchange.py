"""Tokens of another issuer against federation policies: databricks-sdk's own flow, and what is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.iam import ServicePrincipal

from tests.emulator.conftest import LiveWorkspace

ACCOUNT = "11111111-2222-3333-4444-555555555555"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWKS = {
    "keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "use": "sig", "alg": "RS256"}]
}


def token(workspace: LiveWorkspace, *, key: Any = KEY, kid: str = "k1", **claims: Any) -> str:
    """A token of a test issuer, valid ten minutes by the workspace's clock."""
    issued = {"iss": "https://issuer.example", "aud": "lakestead", "sub": "repo:acme/platform"}
    expires = {"exp": workspace.inside.clock.now() + 600}
    return jwt.encode(issued | expires | claims, key, algorithm="RS256", headers={"kid": kid})


def policy(workspace: LiveWorkspace, at: str, name: str, **oidc: Any) -> None:
    """Trust a test issuer, for an account or for one of its service principals."""
    body = {
        "oidc_policy": {"issuer": "https://issuer.example", "audiences": ["lakestead"], "jwks_json": json.dumps(JWKS)} | oidc
    }
    path = f"{workspace.host}/api/2.0/accounts/{ACCOUNT}{at}/federationPolicies?policy_id={name}"
    httpx.post(path, json=body, headers={"authorization": f"Bearer {workspace.token}"}).raise_for_status()


def exchange(workspace: LiveWorkspace, subject_token: str, at: str = "/oidc", **form: str) -> httpx.Response:
    """Ask for a workspace token in exchange."""
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": subject_token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "scope": "all-apis",
    }
    return httpx.post(f"{workspace.host}{at}/v1/token", data=asked | form)


@pytest.fixture(scope="module")
def runner(workspace: LiveWorkspace) -> ServicePrincipal:
    """A service principal whose policy trusts a test issuer."""
    principal = workspace.client().service_principals.create(display_name="runner")
    policy(workspace, f"/servicePrincipals/{principal.id}", "ci", subject="repo:acme/platform")
    return principal


@pytest.mark.parametrize("at", ["/oidc", f"/oidc/accounts/{ACCOUNT}"])
def test_a_trusted_token_signs_its_service_principal_in(workspace: LiveWorkspace, runner: ServicePrincipal, at: str) -> None:
    """At the workspace's endpoint and at the account's."""
    answer = exchange(workspace, token(workspace), at, client_id=str(runner.application_id))
    assert answer.json()["token_type"] == "Bearer"
    client = WorkspaceClient(host=workspace.host, token=answer.json()["access_token"], auth_type="pat")
    assert client.current_user.me().user_name == runner.application_id


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://other.example"}, "no federation policy trusts the issuer 'https://other.example'"),
        ({"sub": "repo:acme/other"}, "the token's subject is 'repo:acme/other', and the policy's 'repo:acme/platform'"),
        ({"aud": "others"}, "Audience doesn't match"),
        ({"exp": 1}, "it has expired"),
        ({"key": OTHER_KEY}, "Signature verification failed"),
        ({"kid": "k9"}, "no key of the issuer has the id 'k9'"),
    ],
)
def test_any_other_token_is_refused_with_its_reason(
    workspace: LiveWorkspace, runner: ServicePrincipal, claims: dict[str, Any], why: str
) -> None:
    """Issuer, subject, audience, time and signature all have to be right."""
    answer = exchange(workspace, token(workspace, **claims), client_id=str(runner.application_id))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert why in answer.json()["error_description"]


def test_an_account_policy_finds_the_user_by_the_subject_claim(workspace: LiveWorkspace) -> None:
    """Without a client id; the audience is the account's id where the policy names none."""
    workspace.client().users.create(user_name="ann@example.com")
    policy(workspace, "", "people", audiences=[], subject_claim="email", issuer="https://idp.example")
    claims = {"iss": "https://idp.example", "aud": ACCOUNT, "email": "ann@example.com"}
    answer = exchange(workspace, token(workspace, **claims), f"/oidc/accounts/{ACCOUNT}")
    client = WorkspaceClient(host=workspace.host, token=answer.json()["access_token"], auth_type="pat")
    assert client.current_user.me().user_name == "ann@example.com"
    stranger = exchange(workspace, token(workspace, **claims | {"email": "bob@example.com"}), f"/oidc/accounts/{ACCOUNT}")
    assert "no user or service principal of the account is called bob@example.com" in stranger.text


@contextmanager
def _issuer() -> Iterator[str]:
    """An issuer that answers for its keys on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/.well-known/openid-configuration": {"jwks_uri": f"{address}/keys"}, "/keys": JWKS}
            content = json.dumps(known[self.path]).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_keys_come_from_the_issuer_s_discovery_document(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """Where a policy names none."""
    principal = admin.service_principals.create(display_name="discovering")
    with _issuer() as issuer:
        policy(workspace, f"/servicePrincipals/{principal.id}", "d", issuer=issuer, subject="s", jwks_json=None)
        answer = exchange(workspace, token(workspace, iss=issuer, sub="s"), client_id=str(principal.application_id))
    assert answer.status_code == 200, answer.text
