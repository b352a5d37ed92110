"""Secret scopes: values, access lists, and what is on disk."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.service.iam import ComplexValue
from databricks.sdk.service.workspace import AclPermission

from infra.emulator.sealing import seal, unseal
from tests.emulator.conftest import LiveWorkspace


def test_a_secret_comes_back_as_text_and_as_bytes(admin: WorkspaceClient) -> None:
    """Base64 on the wire, whichever way it came."""
    admin.secrets.create_scope("values")
    admin.secrets.put_secret("values", "text", string_value="hunter2 ü")
    admin.secrets.put_secret("values", "bytes", bytes_value=base64.b64encode(b"\x00\xff").decode())
    found = {key: base64.b64decode(str(admin.secrets.get_secret("values", key).value)) for key in ("text", "bytes")}
    assert found == {"text": "hunter2 ü".encode(), "bytes": b"\x00\xff"}
    assert [each.key for each in admin.secrets.list_secrets("values")] == ["bytes", "text"]


def test_values_are_nowhere_in_the_folder(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Neither in the store nor in its journal nor in a log."""
    admin.secrets.create_scope("hidden")
    admin.secrets.put_secret("hidden", "k", string_value="correct horse battery staple")
    found = [path for path in workspace.folder.rglob("*") if path.is_file() and b"battery staple" in path.read_bytes()]
    assert found == []


def test_a_sealed_value_opens_with_its_folders_key_alone(tmp_path: Path) -> None:
    """Each sealing is different; another key is noticed."""
    (tmp_path / "other").mkdir()
    sealed = [seal(tmp_path, b"value" * 20) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert [unseal(tmp_path, text) for text in sealed] == [b"value" * 20] * 2
    with pytest.raises(ValueError, match=r"secret\.key does not belong"):
        unseal(tmp_path / "other", sealed[0])


def test_levels_are_read_write_manage(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Each allows what the one before it allows; a group's count for its members."""
    admin.secrets.create_scope("levels")
    admin.secrets.put_secret("levels", "k", string_value="v")
    principal = admin.service_principals.create(display_name="reader")
    admin.groups.create(display_name="readers", members=[ComplexValue(value=principal.id)])
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    client = workspace.client(token)
    with pytest.raises(PermissionDenied, match="does not have READ permission on scope levels"):
        client.secrets.get_secret("levels", "k")
    admin.secrets.put_acl("levels", "readers", AclPermission.READ)
    assert client.secrets.get_secret("levels", "k").value == base64.b64encode(b"v").decode()
    with pytest.raises(PermissionDenied, match="does not have WRITE"):
        client.secrets.put_secret("levels", "k", string_value="w")
    admin.secrets.put_acl("levels", str(principal.application_id), AclPermission.WRITE)
    client.secrets.put_secret("levels", "k", string_value="w")
    with pytest.raises(PermissionDenied, match="does not have MANAGE"):
        client.secrets.delete_scope("levels")
    assert {each.principal: each.permission for each in admin.secrets.list_acls("levels")} == {
        "admin@lakestead.local": AclPermission.MANAGE,
        "readers": AclPermission.READ,
        str(principal.application_id): AclPermission.WRITE,
    }


def test_a_deleted_scope_takes_its_secrets(admin: WorkspaceClient) -> None:
    """A scope of the same name starts empty."""
    admin.secrets.create_scope("again")
    admin.secrets.put_secret("again", "k", string_value="v")
    admin.secrets.delete_scope("again")
    admin.secrets.create_scope("again")
    assert list(admin.secrets.list_secrets("again")) == []


def test_what_is_refused(admin: WorkspaceClient) -> None:
    """Strangers, second ones, missing ones, bad names."""
    admin.secrets.create_scope("refusing")
    with pytest.raises(ResourceAlreadyExists, match="Scope refusing already exists!"):
        admin.secrets.create_scope("refusing")
    with pytest.raises(NotFound, match="Scope nope does not exist!"):
        admin.secrets.put_secret("nope", "k", string_value="v")
    with pytest.raises(NotFound, match="Secret does not exist with scope: refusing and key: k"):
        admin.secrets.get_secret("refusing", "k")
    with pytest.raises(NotFound, match="Principal ghost does not exist"):
        admin.secrets.put_acl("refusing", "ghost", AclPermission.READ)
    with pytest.raises(InvalidParameterValue, match="Exactly one of"):
        admin.secrets.put_secret("refusing", "k")
    with pytest.raises(InvalidParameterValue, match="Scope name 'a b'"):
        admin.secrets.create_scope("a b")
