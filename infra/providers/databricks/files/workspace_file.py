"""`databricks:index/workspaceFile:WorkspaceFile`: files in the workspace, uploaded by `/api/2.0/workspace/import`.

The content is `contentBase64`, or the file named by `source`, relative to the process's working directory. `md5` in the state
is the content's; that of `source` is computed again for each comparison, which is how an edited file is noticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.resource import Resource, found, joined
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text
from infra.providers.databricks.workspace import Workspace

_WORKSPACE = "/api/2.0/workspace"


class WorkspaceFile(Resource):
    """A file. Its id is its path."""

    token = "databricks:index/workspaceFile:WorkspaceFile"
    version = 1
    shape = Shape(
        text("contentBase64", local=True),
        text("md5", local=True, default="different"),
        integer("objectId", computed=True, derived=True),
        text("path", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("source", local=True),
        text("url", output=True, local=True),
        text("workspacePath", output=True, local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        content, source = inputs.get("contentBase64"), inputs.get("source")
        if (content is None) == (source is None):
            yield CheckFailure("contentBase64" if content else "source", "give exactly one of source and contentBase64")
        elif isinstance(source, str) and not Path(source).is_file():
            yield CheckFailure("source", f"there is no file {source!r} below {Path.cwd()}")
        elif isinstance(content, str) and _decoded(content) is None:
            yield CheckFailure("contentBase64", "is not base64")

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "path")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        if UNKNOWN in (news.get("source"), news.get("contentBase64")):
            yield from super().differences(olds, news | {"md5": olds.get("md5")})
            return
        md5 = hashlib.md5(_content(news), usedforsecurity=False).hexdigest()
        changes = list(super().differences(olds, news | {"md5": md5}))
        shown = any(path == "contentBase64" for path, _, _ in changes)
        yield from (change for change in changes if change[0] != "md5" or not shown)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["path"])
        return id, self._uploaded(workspace, id, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_WORKSPACE}/get-status", path=id)
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._uploaded(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.post(f"{_WORKSPACE}/delete", {"path": id}, repeatable=True)

    def _uploaded(self, workspace: Workspace, id: str, inputs: Properties) -> Properties:
        content = _content(inputs)
        try:
            answer = _upload(workspace, id, content)
        except Absent:
            workspace.post(f"{_WORKSPACE}/mkdirs", {"path": str(PurePosixPath(id).parent)}, repeatable=True)
            answer = _upload(workspace, id, content)
        if "object_id" not in answer:
            answer = workspace.get(f"{_WORKSPACE}/get-status", path=id)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return self._stored(workspace, id, answer, inputs | {"md5": md5})

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        made = {"url": f"{workspace.host}/#workspace{id}", "workspacePath": f"/Workspace{id}"}
        return self.outputs(workspace, id, {"object_id": answer.get("object_id"), "path": id}, known | made)


def _upload(workspace: Workspace, path: str, content: bytes) -> Answer:
    parts = {
        "path": (None, path),
        "content": ("content", content, "application/octet-stream"),
        "format": (None, "RAW"),
        "overwrite": (None, "true"),
    }
    return workspace.upload(f"{_WORKSPACE}/import", parts)


def _content(inputs: Properties) -> bytes:
    encoded = inputs.get("contentBase64")
    if encoded is not None:
        return _decoded(str(encoded)) or b""
    source = Path(str(inputs["source"]))
    try:
        return source.read_bytes()
    except OSError as error:
        raise ProviderError(f"{source} cannot be read: {error.strerror}") from error


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
