"""The Files API on volumes: /api/2.0/fs/files and /api/2.0/fs/directories.

databricks-sdk `files.FilesAPI`, `DirectoryEntry`, `GetMetadataResponse`: contents are bytes, metadata are headers.
"""

from __future__ import annotations

from email.utils import formatdate

from infra.emulator.files import volume_files
from infra.emulator.files.volume_files import FILE, FOLDER
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Response, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_LONGEST_PAGE = 1000


def _path(request: Request) -> str:
    return "/" + request.parameters["path"].rstrip("/")


def _download(workspace: Workspace, caller: Caller, request: Request) -> Response:
    """Also answers HEAD, whose body the server leaves out."""
    document, content = volume_files.file(workspace, caller, _path(request))
    modified = formatdate(document["modified_at"] // 1000, usegmt=True)
    return Response(content, content_type="application/octet-stream", headers={"last-modified": modified})


def _upload(workspace: Workspace, caller: Caller, request: Request) -> Response:
    overwrite = request.query.get("overwrite", "true").lower() != "false"
    volume_files.write(workspace, caller, _path(request), request.content, overwrite=overwrite)
    return Response(b"", 204)


def _delete_file(workspace: Workspace, caller: Caller, request: Request) -> Response:
    volume_files.delete(workspace, caller, _path(request), FILE)
    return Response(b"", 204)


def _make_directory(workspace: Workspace, caller: Caller, request: Request) -> Response:
    volume_files.make_folder(workspace, caller, _path(request))
    return Response(b"", 204)


def _look_at_directory(workspace: Workspace, caller: Caller, request: Request) -> Response:
    volume_files.children(workspace, caller, _path(request))
    return Response(b"")


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    path = _path(request)
    limit = min(request.number("page_size", _LONGEST_PAGE) or _LONGEST_PAGE, _LONGEST_PAGE)
    after = decode(request.query.get("page_token", ""))
    found = [entry for entry in volume_files.children(workspace, caller, path) if entry[0] > after]
    answer: Document = {"contents": [_entry(path, name, document) for name, document in found[:limit]]}
    if len(found) > limit:
        answer["next_page_token"] = encode(found[limit - 1][0])
    return answer


def _entry(path: str, name: str, document: Document) -> Document:
    entry = {"path": f"{path}/{name}", "is_directory": document["kind"] == FOLDER, "name": name}
    if document["kind"] == FILE:
        entry |= {"file_size": document["size"]}
    return {**entry, "last_modified": document["modified_at"]}


def _delete_directory(workspace: Workspace, caller: Caller, request: Request) -> Response:
    volume_files.delete(workspace, caller, _path(request), FOLDER)
    return Response(b"", 204)


_FILES, _DIRECTORIES = "/api/2.0/fs/files/{path:path}", "/api/2.0/fs/directories/{path:path}"
routes = [
    Route("GET", _FILES, _download),
    Route("HEAD", _FILES, _download),
    Route("PUT", _FILES, _upload),
    Route("DELETE", _FILES, _delete_file),
    Route("GET", _DIRECTORIES, _list),
    Route("HEAD", _DIRECTORIES, _look_at_directory),
    Route("PUT", _DIRECTORIES, _make_directory),
    Route("DELETE", _DIRECTORIES, _delete_directory),
]
