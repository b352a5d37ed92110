"""The Files API on volumes, through the official SDK."""

from __future__ import annotations

import io

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.catalog import VolumeType

from infra.emulator import auth
from tests.emulator.conftest import LiveWorkspace

FOLDER = "/Volumes/files/raw/landing"


@pytest.fixture(scope="module", autouse=True)
def _volume(workspace: LiveWorkspace) -> None:
    admin = workspace.client()
    admin.catalogs.create("files")
    admin.schemas.create("raw", "files")
    admin.volumes.create("files", "raw", "landing", VolumeType.MANAGED)


def test_a_file_is_what_was_uploaded(admin: WorkspaceClient) -> None:
    """With its size and the time of its last change."""
    admin.files.upload(f"{FOLDER}/in/a b.csv", io.BytesIO(b"id\n1\n"))
    metadata = admin.files.get_metadata(f"{FOLDER}/in/a b.csv")
    found = admin.files.download(f"{FOLDER}/in/a b.csv").contents

    assert found is not None
    assert found.read() == b"id\n1\n"
    assert metadata.content_length == 5
    assert metadata.last_modified is not None
    assert metadata.last_modified.endswith("GMT")


def test_folders_are_there_because_something_is_in_them_or_by_themselves(admin: WorkspaceClient) -> None:
    """A list names both, page by page; a folder goes when it is empty."""
    admin.files.upload(f"{FOLDER}/tree/deep/x.txt", io.BytesIO(b"x"))
    admin.files.create_directory(f"{FOLDER}/tree/empty")
    listed = list(admin.files.list_directory_contents(f"{FOLDER}/tree", page_size=1))
    assert [(entry.name, entry.is_directory) for entry in listed] == [("deep", True), ("empty", True)]

    with pytest.raises(BadRequest, match="is not empty"):
        admin.files.delete_directory(f"{FOLDER}/tree")
    admin.files.delete(f"{FOLDER}/tree/deep/x.txt")
    for name in ("tree/deep", "tree/empty", "tree"):
        admin.files.delete_directory(f"{FOLDER}/{name}")
    with pytest.raises(NotFound):
        admin.files.get_directory_metadata(f"{FOLDER}/tree")


def test_what_is_there_is_kept_where_overwriting_is_not_asked_for(admin: WorkspaceClient) -> None:
    """The SDK overwrites only if told; a folder is never overwritten."""
    admin.files.upload(f"{FOLDER}/kept/x.txt", io.BytesIO(b"1"))
    with pytest.raises(AlreadyExists):
        admin.files.upload(f"{FOLDER}/kept/x.txt", io.BytesIO(b"2"), overwrite=False)
    with pytest.raises(BadRequest, match="is a directory"):
        admin.files.upload(f"{FOLDER}/kept", io.BytesIO(b"2"), overwrite=True)
    admin.files.upload(f"{FOLDER}/kept/x.txt", io.BytesIO(b"2"), overwrite=True)


def test_a_path_outside_of_volumes_and_a_missing_volume_are_told(admin: WorkspaceClient) -> None:
    """Which of the two it is."""
    with pytest.raises(BadRequest, match="It should be /Volumes/"):
        admin.files.create_directory("/tmp/x")
    with pytest.raises(NotFound, match=r"Volume 'files\.raw\.nope' does not exist"):
        admin.files.create_directory("/Volumes/files/raw/nope/x")


def test_files_need_the_volume_privileges(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """READ VOLUME to read, WRITE VOLUME to write."""
    user = admin.users.create(user_name="reader@example.com")
    reader = workspace.client(auth.issue_token(workspace.inside, str(user.id))[0])
    admin.files.upload(f"{FOLDER}/x.txt", io.BytesIO(b"x"), overwrite=True)
    with pytest.raises(PermissionDenied, match="USE CATALOG on Catalog 'files'"):
        list(reader.files.list_directory_contents(FOLDER))
    for kind, name, privilege in (
        ("catalog", "files", "USE_CATALOG"),
        ("schema", "files.raw", "USE_SCHEMA"),
        ("volume", "files.raw.landing", "READ_VOLUME"),
    ):
        change = {"changes": [{"principal": "reader@example.com", "add": [privilege]}]}
        admin.api_client.do("PATCH", f"/api/2.1/unity-catalog/permissions/{kind}/{name}", body=change)
    assert any(entry.name == "x.txt" for entry in reader.files.list_directory_contents(FOLDER))
    with pytest.raises(PermissionDenied, match="WRITE VOLUME on Volume"):
        reader.files.upload(f"{FOLDER}/y.txt", io.BytesIO(b"y"))
