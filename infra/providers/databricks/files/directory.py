"""`databricks:index/directory:Directory`: workspace folders, `/api/2.0/workspace/mkdirs`."""

from __future__ import annotations

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, found, joined
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, integer, text
from infra.providers.databricks.workspace import Workspace

_WORKSPACE = "/api/2.0/workspace"


class Directory(Resource):
    """A folder. Its id is its path."""

    token = "databricks:index/directory:Directory"
    shape = Shape(
        flag("deleteRecursive", local=True, absent=False),
        integer("objectId", computed=True, derived=True),
        text("path", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("workspacePath", output=True, local=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "path")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = str(inputs["path"])
        answer = workspace.post(f"{_WORKSPACE}/mkdirs", {"path": id}, repeatable=True)
        if "object_id" not in answer:
            answer = workspace.get(f"{_WORKSPACE}/get-status", path=id)
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, f"{_WORKSPACE}/get-status", path=id)
        if answer is None:
            return None
        if answer.get("object_type") != "DIRECTORY":
            raise ProviderError(f"{id} is a {answer.get('object_type')}, not a directory")
        return self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._stored(workspace, id, {"object_id": olds.get("objectId")}, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        body: Answer = {"path": id} | ({"recursive": True} if outputs.get("deleteRecursive") else {})
        workspace.post(f"{_WORKSPACE}/delete", body, repeatable=True)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        known = known | {"workspacePath": f"/Workspace{id}"}
        return self.outputs(workspace, id, {"object_id": answer.get("object_id"), "path": id}, known)
