"""Folders, notebooks and files."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied, ResourceAlreadyExists
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.iam import AccessControlRequest, PermissionLevel
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from infra.emulator.files import objects
from infra.emulator.identity import directory
from tests.emulator.conftest import LiveWorkspace

BYTES = b"select 1\r\n\x00\xff--boundary\r\n"


def test_a_file_comes_back_byte_by_byte(admin: WorkspaceClient) -> None:
    """By form and by base64, whatever is in it."""
    admin.workspace.mkdirs("/Shared/bytes/deep")
    admin.workspace.upload("/Workspace/Shared/bytes/deep/form.bin", BYTES, format=ImportFormat.RAW)
    content = base64.b64encode(BYTES).decode()
    admin.workspace.import_("/Shared/bytes/deep/json.bin", content=content, format=ImportFormat.AUTO)
    assert admin.workspace.download("/Shared/bytes/deep/form.bin").read() == BYTES
    assert admin.workspace.download("/Shared/bytes/deep/json.bin").read() == BYTES
    listed = {str(each.path): (each.object_type, each.size) for each in admin.workspace.list("/Shared/bytes/deep")}
    assert listed == {
        "/Shared/bytes/deep/form.bin": (ObjectType.FILE, len(BYTES)),
        "/Shared/bytes/deep/json.bin": (ObjectType.FILE, len(BYTES)),
    }


def test_auto_tells_notebooks_from_files(admin: WorkspaceClient) -> None:
    """By the first line; a notebook loses its extension."""
    admin.workspace.mkdirs("/Shared/auto")
    admin.workspace.upload("/Shared/auto/a.py", b"# Databricks notebook source\n1", format=ImportFormat.AUTO)
    admin.workspace.upload("/Shared/auto/b.py", b"print(1)", format=ImportFormat.AUTO)
    kinds = {str(each.path): (each.object_type, each.language) for each in admin.workspace.list("/Shared/auto")}
    assert kinds == {
        "/Shared/auto/a": (ObjectType.NOTEBOOK, Language.PYTHON),
        "/Shared/auto/b.py": (ObjectType.FILE, None),
    }


def test_a_notebook_is_exported_with_its_header(admin: WorkspaceClient) -> None:
    """As source, in its language's comment."""
    admin.workspace.import_(
        "/Shared/query", content=base64.b64encode(b"select 1").decode(), format=ImportFormat.SOURCE, language=Language.SQL
    )
    exported = admin.workspace.export("/Shared/query", format=ExportFormat.SOURCE)
    assert base64.b64decode(str(exported.content)) == b"-- Databricks notebook source\nselect 1"
    assert exported.file_type == "sql"


def test_overwriting_keeps_the_id_and_moves_the_time(admin: WorkspaceClient) -> None:
    """The same object with another content."""
    admin.workspace.upload("/Shared/kept.txt", b"1", format=ImportFormat.RAW)
    before = admin.workspace.get_status("/Shared/kept.txt")
    admin.workspace.upload("/Shared/kept.txt", b"22", format=ImportFormat.RAW, overwrite=True)
    after = admin.workspace.get_status("/Shared/kept.txt")
    assert (after.object_id, after.created_at, after.size) == (before.object_id, before.created_at, 2)


REFUSED: list[tuple[str, Callable[[WorkspaceClient], Any], type[DatabricksError], str]] = [
    (
        "twice",
        lambda w: w.workspace.upload("/Shared/r/f", b"", format=ImportFormat.RAW),
        ResourceAlreadyExists,
        "already exists",
    ),
    ("no folder", lambda w: w.workspace.upload("/Shared/q/f", b"", format=ImportFormat.RAW), NotFound, "parent folder"),
    (
        "other type",
        lambda w: w.workspace.import_("/Shared/r/f", content="", language=Language.SQL, overwrite=True),
        BadRequest,
        r"type mismatch \(asked: Notebook, actual: File\)",
    ),
    ("not empty", lambda w: w.workspace.delete("/Shared/r"), BadRequest, r"Folder \(/Shared/r\) is not empty"),
    ("not there", lambda w: w.workspace.delete("/Shared/nope"), NotFound, r"Path \(/Shared/nope\) doesn't exist"),
    ("a root", lambda w: w.workspace.delete("/Shared", recursive=True), BadRequest, "protected"),
    ("relative", lambda w: w.workspace.mkdirs("Shared/x"), BadRequest, "doesn't start with '/'"),
    ("through a file", lambda w: w.workspace.mkdirs("/Shared/r/f/x"), ResourceAlreadyExists, "is no folder"),
    ("no language", lambda w: w.workspace.import_("/Shared/r/n", content=""), BadRequest, "language field is required"),
    ("no base64", lambda w: w.workspace.import_("/Shared/r/n", content="%", format=ImportFormat.RAW), BadRequest, "base64"),
]


@pytest.fixture(scope="module")
def folder_with_file(workspace: LiveWorkspace) -> None:
    """`/Shared/r/f`."""
    workspace.client().workspace.mkdirs("/Shared/r")
    workspace.client().workspace.upload("/Shared/r/f", b"", format=ImportFormat.RAW)


@pytest.mark.usefixtures("folder_with_file")
@pytest.mark.parametrize(("call", "error", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_the_tree_refuses(
    admin: WorkspaceClient, call: Callable[[WorkspaceClient], Any], error: type[DatabricksError], message: str
) -> None:
    """With the words that say what is wrong."""
    with pytest.raises(error, match=message):
        call(admin)


def test_a_recursive_delete_takes_all_that_is_below(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Ids and access lists included; equal contents elsewhere stay readable."""
    admin.workspace.mkdirs("/Shared/gone/deep")
    admin.workspace.mkdirs("/Shared/stays")
    for path in ("/Shared/gone/deep/f", "/Shared/stays/f"):
        admin.workspace.upload(path, b"same", format=ImportFormat.RAW)
    before = workspace.inside.store.count("object_id")
    admin.workspace.delete("/Shared/gone", recursive=True)
    assert before - workspace.inside.store.count("object_id") == 3
    assert admin.workspace.download("/Shared/stays/f").read() == b"same"


def test_a_home_is_private_until_it_is_shared(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """CAN_READ on a folder reads what is in it, and writes nothing."""
    principal = admin.service_principals.create(display_name="visitor")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    client = workspace.client(token)
    admin.workspace.mkdirs("/Users/admin@lakestead.local/project")
    admin.workspace.upload("/Users/admin@lakestead.local/project/f", b"x", format=ImportFormat.RAW)
    with pytest.raises(PermissionDenied, match="does not have CAN_READ"):
        client.workspace.download("/Users/admin@lakestead.local/project/f")
    folder = str(admin.workspace.get_status("/Users/admin@lakestead.local/project").object_id)
    reader = AccessControlRequest(service_principal_name=principal.application_id, permission_level=PermissionLevel.CAN_READ)
    admin.permissions.update("directories", folder, access_control_list=[reader])
    assert client.workspace.download("/Users/admin@lakestead.local/project/f").read() == b"x"
    with pytest.raises(PermissionDenied, match="does not have CAN_EDIT"):
        client.workspace.upload("/Users/admin@lakestead.local/project/g", b"", format=ImportFormat.RAW)
    caller = directory.caller_named(workspace.inside, str(principal.application_id))
    assert caller is not None
    assert list(objects.files_below(workspace.inside, caller, "/Users/admin@lakestead.local/project")) == [("f", b"x")]
    client.workspace.mkdirs(f"/Users/{principal.application_id}/own")
    client.workspace.mkdirs("/Shared/everybodys")
