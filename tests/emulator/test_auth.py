"""Tokens, OAuth machine to machine, and what is answered to those who have neither."""

from __future__ import annotations

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied

from tests.emulator.conftest import LiveWorkspace


def _secret(admin: WorkspaceClient, name: str) -> tuple[str, str]:
    """A new service principal's application id and OAuth secret."""
    principal = admin.service_principals.create(display_name=name)
    secret = admin.service_principal_secrets_proxy.create(service_principal_id=str(principal.id))
    return str(principal.application_id), str(secret.secret)


def test_a_service_principal_signs_in_machine_to_machine(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """The SDK's own OAuth flow, from discovery to who-am-I; the organisation's id is in the header."""
    application_id, secret = _secret(admin, "runner")
    client = WorkspaceClient(host=workspace.host, client_id=application_id, client_secret=secret, auth_type="oauth-m2m")
    assert client.current_user.me().user_name == application_id
    assert client.get_workspace_id() == workspace.inside.id


def test_credentials_may_come_in_the_form_as_well(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """client_secret_post, which some connectors use."""
    application_id, secret = _secret(admin, "former")
    form = {"grant_type": "client_credentials", "client_id": application_id, "client_secret": secret, "scope": "all-apis"}
    body = httpx.post(f"{workspace.host}/oidc/v1/token", data=form).json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "all-apis")


def test_a_wrong_secret_is_invalid_client(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """In RFC 6749's shape, not in Databricks' own."""
    application_id, _ = _secret(admin, "wrong")
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{workspace.host}/oidc/v1/token", data=form, auth=(application_id, "dose0"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_deleted_secret_signs_nobody_in(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """From the moment it is gone."""
    principal = admin.service_principals.create(display_name="rotated")
    made = admin.service_principal_secrets_proxy.create(service_principal_id=str(principal.id))
    listed = list(admin.service_principal_secrets_proxy.list(service_principal_id=str(principal.id)))
    assert [each.id for each in listed] == [made.id]
    admin.service_principal_secrets_proxy.delete(service_principal_id=str(principal.id), secret_id=str(made.id))
    credentials = (str(principal.application_id), str(made.secret))
    answer = httpx.post(f"{workspace.host}/oidc/v1/token", data={"grant_type": "client_credentials"}, auth=credentials)
    assert answer.status_code == 401


def test_tokens_expire_with_the_workspaces_clock(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """A token of a minute is refused two minutes later."""
    principal = admin.service_principals.create(display_name="brief")
    made = admin.token_management.create_obo_token(application_id=str(principal.application_id), lifetime_seconds=60)
    client = workspace.client(made.token_value)
    assert client.current_user.me().display_name == "brief"
    workspace.inside.clock.offset += 120
    try:
        with pytest.raises(PermissionDenied, match="expired"):
            client.current_user.me()
    finally:
        workspace.inside.clock.offset = 0


def test_a_revoked_token_is_refused_at_once(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """Though it was used a moment ago."""
    made = admin.tokens.create(comment="short", lifetime_seconds=600)
    client = workspace.client(made.token_value)
    assert client.current_user.me().user_name == "admin@lakestead.local"
    assert made.token_info is not None
    admin.tokens.delete(str(made.token_info.token_id))
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        client.current_user.me()
    with pytest.raises(NotFound):
        admin.tokens.delete(str(made.token_info.token_id))


def test_no_credential_is_unauthenticated(workspace: LiveWorkspace) -> None:
    """401 without a token, on a known and on an unknown path."""
    for path in ("/api/2.1/unity-catalog/catalogs", "/api/2.0/nowhere"):
        answer = httpx.get(f"{workspace.host}{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHENTICATED")


def test_no_token_and_no_secret_is_in_the_folder_in_clear(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """But for the admin's own token file."""
    application_id, secret = _secret(admin, "hidden")
    client = WorkspaceClient(host=workspace.host, client_id=application_id, client_secret=secret, auth_type="oauth-m2m")
    client.current_user.me()
    bearer = client.config.oauth_token().access_token
    made = str(admin.tokens.create(comment="hidden").token_value)
    held = [
        path.name
        for path in workspace.folder.rglob("*")
        if path.is_file() and any(text.encode() in path.read_bytes() for text in (secret, bearer, made, workspace.token))
    ]
    assert held == ["token"]
