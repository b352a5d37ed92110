"""Files in volumes: operations. The endpoints are in `infra.emulator.files.volume_file_api`.

https://docs.databricks.com/api/workspace/files. A document is kept under its place in storage, the volume's location and the
path in it: what is in an external location is there for every volume on it, and outlives the volume. Contents are by digest
(`object_content`). Folders exist by themselves or because something is in them. Reading needs READ VOLUME, writing WRITE
VOLUME.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.emulator.errors import AlreadyExists, BadRequest, InvalidParameter, NotFound
from infra.emulator.files import object_content
from infra.emulator.store import Document
from infra.emulator.unity import registry
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import VOLUME
from infra.emulator.workspace import Caller, Workspace

_KIND = "volume_file"
FILE, FOLDER = "FILE", "FOLDER"


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a volume: the volume, where that is in storage, and what callers call it, without a slash at its end."""

    volume: str
    key: str
    path: str


def place(workspace: Workspace, path: str) -> Place:
    """Where `/Volumes/c/s/v/…` is. Raises InvalidParameter for a path that is in no volume, NotFound for a missing volume."""
    parts = [part for part in path.split("/") if part]
    if not path.startswith("/Volumes/") or len(parts) < 4 or "." in parts or ".." in parts:
        raise InvalidParameter(f"Invalid path: {path}. It should be /Volumes/<catalog>/<schema>/<volume>/<path>.")
    volume = ".".join(parts[1:4]).lower()
    location = str(registry.fetch(workspace, VOLUME, volume)["storage_location"]).rstrip("/")
    return Place(volume, "/".join([location, *parts[4:]]), "/" + "/".join(parts))


def get(workspace: Workspace, caller: Caller, path: str) -> Document:
    """A file's or folder's document: kind, size, modified_at, sha256. Raises NotFound."""
    where = place(workspace, path)
    require(workspace, caller, "READ_VOLUME", VOLUME, where.volume)
    return _found(workspace, where)


def _found(workspace: Workspace, where: Place) -> Document:
    document = workspace.store.get(_KIND, where.key)
    if document is None:
        if where.path.count("/") == 4:  # the volume itself, where nothing was written yet
            return {"kind": FOLDER, "modified_at": registry.fetch(workspace, VOLUME, where.volume)["created_at"]}
        raise NotFound(f"The file or directory {where.path} does not exist.", code="NOT_FOUND")
    return document


def file(workspace: Workspace, caller: Caller, path: str) -> tuple[Document, bytes]:
    """A file and its content. Raises NotFound for what is none."""
    document = get(workspace, caller, path)
    if document["kind"] != FILE:
        raise NotFound(f"The file {path} does not exist: it is a directory.", code="NOT_FOUND")
    return document, object_content.read(workspace.folder, document["sha256"])


def write(workspace: Workspace, caller: Caller, path: str, content: bytes, *, overwrite: bool) -> None:
    """Write a file, its folders with it. Raises AlreadyExists, BadRequest where a folder is."""
    where = place(workspace, path)
    require(workspace, caller, "WRITE_VOLUME", VOLUME, where.volume)
    digest = object_content.keep(workspace.folder, content)
    with workspace.store.transaction():
        old = workspace.store.get(_KIND, where.key)
        if where.path.count("/") == 4 or (old is not None and old["kind"] == FOLDER):
            raise BadRequest(f"{where.path} is a directory.", code="FILES_API_PATH_IS_A_DIRECTORY")
        if old is not None and not overwrite:
            raise AlreadyExists(f"The file being created already exists: {where.path}.", code="ALREADY_EXISTS")
        _make_folders(workspace, where, including_last=False)
        body = {"kind": FILE, "size": len(content), "sha256": digest, "modified_at": workspace.clock.millis()}
        workspace.store.put(_KIND, where.key, body, parent=where.key.rpartition("/")[0])


def make_folder(workspace: Workspace, caller: Caller, path: str) -> None:
    """Make a folder and those above it; nothing happens if it is there."""
    where = place(workspace, path)
    require(workspace, caller, "WRITE_VOLUME", VOLUME, where.volume)
    with workspace.store.transaction():
        _make_folders(workspace, where, including_last=True)


def _make_folders(workspace: Workspace, where: Place, *, including_last: bool) -> None:
    names = where.path.split("/")[5:]
    root = where.key.removesuffix("".join(f"/{name}" for name in names))
    for count in range(len(names) + (1 if including_last else 0)):
        key = "/".join([root, *names[:count]])
        document = workspace.store.get(_KIND, key)
        if document is None:
            body = {"kind": FOLDER, "modified_at": workspace.clock.millis()}
            workspace.store.put(_KIND, key, body, parent=key.rpartition("/")[0])
        elif document["kind"] == FILE:
            raise BadRequest(f"{where.path} lies below a file.", code="FILES_API_PATH_IS_A_FILE")


def children(workspace: Workspace, caller: Caller, path: str) -> list[tuple[str, Document]]:
    """Names and documents of what is in a folder, by name."""
    where = place(workspace, path)
    require(workspace, caller, "READ_VOLUME", VOLUME, where.volume)
    if _found(workspace, where)["kind"] != FOLDER:
        raise NotFound(f"The directory {where.path} does not exist: it is a file.", code="NOT_FOUND")
    return [(key.rpartition("/")[2], document) for key, document in workspace.store.list(_KIND, where.key)]


def delete(workspace: Workspace, caller: Caller, path: str, kind: str) -> None:
    """Delete a file, or an empty folder. Raises NotFound, BadRequest for a folder that is not empty."""
    where = place(workspace, path)
    require(workspace, caller, "WRITE_VOLUME", VOLUME, where.volume)
    with workspace.store.transaction():
        if _found(workspace, where)["kind"] != kind:
            raise NotFound(f"The {kind.lower()} {where.path} does not exist.", code="NOT_FOUND")
        if kind == FOLDER and workspace.store.count(_KIND, where.key):
            raise BadRequest(f"The directory {where.path} is not empty.", code="FILES_API_DIRECTORY_IS_NOT_EMPTY")
        workspace.store.delete(_KIND, where.key)


def newest(workspace: Workspace, location: str) -> int:
    """When the newest file below a place in storage was written, in milliseconds; 0 if there is none."""
    prefix = location.rstrip("/") + "/"
    files = (document for key, document in workspace.store.list(_KIND) if key.startswith(prefix))
    return max((document["modified_at"] for document in files if document["kind"] == FILE), default=0)
