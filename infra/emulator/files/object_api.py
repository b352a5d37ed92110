"""The endpoints of the workspace's tree: /api/2.0/workspace and /api/2.0/workspace-files.

databricks-sdk `workspace.WorkspaceAPI` and its mixin `WorkspaceExt.upload`, which sends a form instead of JSON. Formats:
SOURCE and JUPYTER make notebooks, RAW files, AUTO what name and first line say. DBC, HTML and R_MARKDOWN are refused.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import PurePosixPath
from typing import Any

from infra.emulator.errors import BadRequest, InvalidParameter, NotImplementedHere
from infra.emulator.files import objects
from infra.emulator.files.objects import FILE, NOTEBOOK, normalize
from infra.emulator.requests import Request, Response, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_LANGUAGES = {".py": "PYTHON", ".sql": "SQL", ".scala": "SCALA", ".r": "R", ".ipynb": "PYTHON"}
_EXTENSIONS = {"PYTHON": "py", "SQL": "sql", "SCALA": "scala", "R": "r"}
_COMMENTS = {"PYTHON": "#", "SQL": "--", "SCALA": "//", "R": "#"}
_HEADER = "Databricks notebook source"
_SHOWN = ("object_type", "path", "language", "created_at", "modified_at", "object_id", "size")


def render(document: Document) -> Document:
    """As the API's ObjectInfo."""
    body: Document = {name: document[name] for name in _SHOWN if name in document}
    if document["object_type"] == NOTEBOOK:
        del body["size"]
    body["resource_id"] = document.get("resource_id") or str(document["object_id"])
    return body


def _mkdirs(workspace: Workspace, caller: Caller, request: Request) -> None:
    objects.make_folder(workspace, caller, normalize(request.required("path")))


def _get_status(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return render(objects.get(workspace, caller, normalize(request.required("path"))))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    after = request.number("notebooks_modified_after", 0)
    found = objects.children(workspace, caller, normalize(request.required("path")))
    shown = [render(each) for each in found if not after or each["modified_at"] >= after]
    return {"objects": shown} if shown else {}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    recursive = request.body.get("recursive") is True
    objects.delete(workspace, caller, normalize(request.required("path")), recursive=recursive)


def _import(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """The content in base64 of a JSON body, or as it is in the part `content` of a form."""
    boundary = _boundary(request.headers.get("content-type", ""))
    if boundary:
        form = _form(request.content, boundary)
        content = form.pop("content", b"")
        body: dict[str, Any] = {name: value.decode() for name, value in form.items()}
    else:
        body = request.body
        content = _decoded(body.get("content") or "")
    if not body.get("path"):
        raise InvalidParameter("Missing required field: path")
    path, given = _asset(normalize(body["path"]), body, content)
    overwrite = str(body.get("overwrite", "")).lower() == "true"
    return {"object_id": objects.write(workspace, caller, path, given, content, overwrite=overwrite)["object_id"]}


def _asset(path: str, body: dict[str, Any], content: bytes) -> tuple[str, Document]:
    """Where the content goes and what it becomes."""
    form, language = str(body.get("format") or "SOURCE").upper(), body.get("language")
    suffix = PurePosixPath(path).suffix.lower()
    if language is not None and language not in _EXTENSIONS:
        raise InvalidParameter(f"language must be one of {', '.join(_EXTENSIONS)}, got '{language}'")
    if form == "RAW":
        return path, {"object_type": FILE}
    if form == "JUPYTER":
        return path, {"object_type": NOTEBOOK, "language": language or "PYTHON"}
    if form == "SOURCE":
        if language is None:
            raise InvalidParameter("The language field is required when the format is SOURCE.")
        return path, {"object_type": NOTEBOOK, "language": language}
    if form == "AUTO":
        if suffix == ".ipynb" or (suffix in _LANGUAGES and _HEADER.encode() in content.partition(b"\n")[0]):
            return str(PurePosixPath(path).with_suffix("")), {"object_type": NOTEBOOK, "language": _LANGUAGES[suffix]}
        return path, {"object_type": FILE}
    raise NotImplementedHere(f"Import in format {form} is not supported here; use SOURCE, AUTO, RAW or JUPYTER.")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidParameter("content is not base64.") from error


def _boundary(content_type: str) -> str:
    if not content_type.startswith("multipart/form-data"):
        return ""
    return content_type.partition("boundary=")[2].partition(";")[0].strip('" ')


def _form(content: bytes, boundary: str) -> dict[str, bytes]:
    """The parts of multipart/form-data (RFC 7578) by name."""
    form: dict[str, bytes] = {}
    for part in content.split(f"--{boundary}".encode())[1:-1]:
        head, found, value = part.partition(b"\r\n\r\n")
        _, named, rest = head.partition(b'name="')
        if not found or not named:
            raise BadRequest("The form has a part without a name.", code="MALFORMED_REQUEST")
        form[rest.partition(b'"')[0].decode()] = value.removesuffix(b"\r\n")
    return form


def _export(workspace: Workspace, caller: Caller, request: Request) -> Document | Response:
    form = request.query.get("format", "SOURCE").upper()
    if form not in ("SOURCE", "AUTO", "RAW"):
        raise NotImplementedHere(f"Export in format {form} is not supported here; use SOURCE, AUTO or RAW.")
    document, content = objects.read(workspace, caller, normalize(request.required("path")))
    if document["object_type"] == NOTEBOOK:
        content = _with_header(document["language"], content)
    if request.flag("direct_download"):
        return Response(content, content_type="application/octet-stream")
    return {"content": base64.b64encode(content).decode(), "file_type": _file_type(document)}


def _with_header(language: str, content: bytes) -> bytes:
    if _HEADER.encode() in content.partition(b"\n")[0] or content.lstrip().startswith(b"{"):
        return content
    return f"{_COMMENTS[language]} {_HEADER}\n".encode() + content


def _file_type(document: Document) -> str:
    if document["object_type"] == NOTEBOOK:
        return _EXTENSIONS[document["language"]]
    return PurePosixPath(document["path"]).suffix.removeprefix(".") or "file"


def _read_file(workspace: Workspace, caller: Caller, request: Request) -> Response:
    """The content of a file, as the Databricks CLI's filer reads it."""
    _, content = objects.read(workspace, caller, normalize(f"/{request.parameters['path']}"))
    return Response(content, content_type="application/octet-stream")


def _write_file(workspace: Workspace, caller: Caller, request: Request) -> None:
    """The body is the content, as the Databricks CLI's filer writes it; becomes a notebook where AUTO says so."""
    path, given = _asset(normalize(f"/{request.parameters['path']}"), {"format": "AUTO"}, request.content)
    objects.write(workspace, caller, path, given, request.content, overwrite=request.flag("overwrite"))


_PATH = "/api/2.0/workspace"
routes = [
    Route("POST", f"{_PATH}/mkdirs", _mkdirs),
    Route("GET", f"{_PATH}/get-status", _get_status),
    Route("GET", f"{_PATH}/list", _list),
    Route("POST", f"{_PATH}/delete", _delete),
    Route("POST", f"{_PATH}/import", _import),
    Route("GET", f"{_PATH}/export", _export),
    Route("GET", "/api/2.0/workspace-files/{path:path}", _read_file),
    Route("POST", "/api/2.0/workspace-files/import-file/{path:path}", _write_file),
]
