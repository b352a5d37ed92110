"""`databricks:index/mwsPermissionAssignment:MwsPermissionAssignment`: a principal of the account in one of its workspaces."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.resource import Resource, found, joined, path
from infra.providers.databricks.shapes import Shape, text, texts
from infra.providers.databricks.workspace import Workspace


class MwsPermissionAssignment(Resource):
    """A principal as USER or ADMIN of a workspace. Its id is `workspace|principal`; it is replaced, never changed."""

    token = "databricks:index/mwsPermissionAssignment:MwsPermissionAssignment"
    shape = Shape(
        texts("permissions", required=True, replaces=True, unordered=True),
        text("principalId", required=True, replaces=True, numeral=True),
        text("workspaceId", required=True, replaces=True, numeral=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "workspaceId", "principalId", by="|")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        workspace.put(_at(workspace, id), {"permissions": inputs["permissions"]})
        return id, self._stored(workspace, id, inputs["permissions"])

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        at, _, principal = _at(workspace, id).rpartition("/principals/")
        answer = found(workspace, at)
        for assignment in (answer or {}).get("permission_assignments") or ():
            if str((assignment.get("principal") or {}).get("principal_id")) == principal:
                return self._stored(workspace, id, assignment.get("permissions") or [])
        return None

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self.create(workspace, news, limits)[1]

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(workspace, id))

    def _stored(self, workspace: Workspace, id: str, permissions: list[str]) -> Properties:
        at, _, principal = id.partition("|")
        return self.outputs(workspace, id, {"permissions": permissions, "workspace_id": at, "principal_id": principal}, {})


def _at(workspace: Workspace, id: str) -> str:
    at, _, principal = id.partition("|")
    return path(f"{path(workspace.account() + '/workspaces', at)}/permissionassignments/principals", principal)
