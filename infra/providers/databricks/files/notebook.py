"""`databricks:index/notebook:Notebook`: notebooks, imported by `/api/2.0/workspace/import`.

Language and format, where the program leaves them out, follow from the extension of `source`. An archive (DBC) cannot be
overwritten, so it is deleted first.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.files.contents import ContentResource, content, content_fields, md5
from infra.providers.databricks.files.tree import WORKSPACE, imported, shown
from infra.providers.databricks.resource import found
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text
from infra.providers.databricks.workspace import Workspace

#: Language and format of a file, by its extension.
_BY_EXTENSION: Final = {
    ".scala": ("SCALA", "SOURCE"),
    ".py": ("PYTHON", "SOURCE"),
    ".sql": ("SQL", "SOURCE"),
    ".r": ("R", "SOURCE"),
    ".ipynb": ("", "JUPYTER"),
    ".dbc": ("", "DBC"),
}


class Notebook(ContentResource):
    """A notebook. Its id is its path."""

    token = "databricks:index/notebook:Notebook"
    version = 1
    shape = Shape(
        *content_fields(),
        text("format", computed=True, local=True, choices=("SOURCE", "DBC", "JUPYTER")),
        text("language", computed=True, choices=("SCALA", "PYTHON", "R", "SQL"), absent=""),
        integer("objectId", computed=True, derived=True, absent=0),
        text("objectType", computed=True, derived=True, usual="NOTEBOOK"),
        text("path", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("url", output=True, local=True),
        text("workspacePath", output=True, local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from super().verify(inputs)
        if inputs.get("contentBase64") is not None and inputs.get("language") is None:
            yield CheckFailure("language", "is needed beside contentBase64: no file's extension tells it")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id, (language, form) = str(inputs["path"]), _kind(inputs)
        given = content(inputs)
        answer = imported(workspace, id, lambda: _import(workspace, id, given, language, form))
        if form == "SOURCE":  # all is known but the id, which the answer has
            answer = {"language": language, "object_type": inputs.get("objectType") or "NOTEBOOK"} | answer
        else:
            answer = workspace.get(f"{WORKSPACE}/get-status", path=id)
        return id, self._stored(workspace, id, answer, inputs | {"md5": md5(given), "format": form})

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{WORKSPACE}/get-status", path=id)
        if answer is None:
            return None
        return self._stored(workspace, id, answer, self.locals(known) | {"format": known.get("format") or _kind(known)[1]})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        expected = self.expected(olds, news)
        given, form, language = content(news), str(expected["format"]), str(expected.get("language") or "")
        if form == "DBC":
            with suppress(Absent):
                workspace.post(f"{WORKSPACE}/delete", {"path": id, "recursive": True}, repeatable=True)
        answer = {"language": language, "object_type": expected.get("objectType")}
        answer |= _import(workspace, id, given, language, form)
        if form != "SOURCE":
            answer = workspace.get(f"{WORKSPACE}/get-status", path=id)
        return self._stored(workspace, id, answer, news | {"md5": md5(given), "format": form})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        single = outputs.get("objectType") in {"NOTEBOOK", "FILE"}
        workspace.post(f"{WORKSPACE}/delete", {"path": id} | ({} if single else {"recursive": True}), repeatable=True)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, answer | {"path": id}, known | shown(workspace, id))


def _kind(inputs: Properties) -> tuple[str, str]:
    """Language and format."""
    language, form = str(inputs.get("language") or ""), str(inputs.get("format") or "")
    if language:
        return language, form or "SOURCE"
    return _BY_EXTENSION.get(PurePosixPath(str(inputs.get("source") or "")).suffix.lower(), ("", form or "SOURCE"))


def _import(workspace: Workspace, path: str, given: bytes, language: str, form: str) -> Answer:
    body: Answer = {"path": path, "content": base64.b64encode(given).decode(), "format": form}
    if language:
        body["language"] = language
    if form != "DBC":
        body["overwrite"] = True
    return workspace.post(f"{WORKSPACE}/import", body, repeatable=form != "DBC")
