"""`databricks:index/workspaceFile:WorkspaceFile`: files in the workspace, uploaded by `/api/2.0/workspace/import`."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.files.contents import ContentResource, content, content_fields, md5
from infra.providers.databricks.files.tree import WORKSPACE, imported, shown
from infra.providers.databricks.resource import found
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text
from infra.providers.databricks.workspace import Workspace


class WorkspaceFile(ContentResource):
    """A file. Its id is its path."""

    token = "databricks:index/workspaceFile:WorkspaceFile"
    version = 1
    shape = Shape(
        *content_fields(),
        integer("objectId", computed=True, derived=True),
        text("path", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("url", output=True, local=True),
        text("workspacePath", output=True, local=True),
    )

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["path"])
        return id, self._uploaded(workspace, id, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{WORKSPACE}/get-status", path=id)
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._uploaded(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.post(f"{WORKSPACE}/delete", {"path": id}, repeatable=True)

    def _uploaded(self, workspace: Workspace, id: str, inputs: Properties) -> Properties:
        given = content(inputs)
        answer = imported(workspace, id, lambda: _upload(workspace, id, given))
        if "object_id" not in answer:
            answer = workspace.get(f"{WORKSPACE}/get-status", path=id)
        return self._stored(workspace, id, answer, inputs | {"md5": md5(given)})

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, {"object_id": answer.get("object_id"), "path": id}, known | shown(workspace, id))


def _upload(workspace: Workspace, path: str, given: bytes) -> Answer:
    parts = {
        "path": (None, path),
        "content": ("content", given, "application/octet-stream"),
        "format": (None, "RAW"),
        "overwrite": (None, "true"),
    }
    return workspace.upload(f"{WORKSPACE}/import", parts)
