"""`databricks:index/groupMember:GroupMember`: one principal in one group."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.identity.scim import directory, level_field, levelled, patched
from infra.providers.databricks.resource import Resource, found, joined, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace


class GroupMember(Resource):
    """A membership. Its id is `group|member`."""

    token = "databricks:index/groupMember:GroupMember"
    shape = Shape(
        level_field(replaces=True),
        text("groupId", required=True, replaces=True),
        text("memberId", required=True, replaces=True),
        PROVIDER_CONFIG,
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "groupId", "memberId", by="|")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        group, member = str(inputs["groupId"]), str(inputs["memberId"])
        patched(workspace, _at(workspace, group, inputs), {"op": "add", "path": "members", "value": [{"value": member}]})
        return f"{group}|{member}", self._stored(workspace, f"{group}|{member}", inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        group, _, member = id.partition("|")
        answer = found(workspace, _at(workspace, group, known), attributes="members")
        members = {entry.get("value") for entry in (answer or {}).get("members") or ()}
        return self._stored(workspace, id, self.locals(known)) if member in members else None

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._stored(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        group, _, member = id.partition("|")
        patched(workspace, _at(workspace, group, outputs), {"op": "remove", "path": f'members[value eq "{member}"]'})

    def _stored(self, workspace: Workspace, id: str, known: Properties) -> Properties:
        group, _, member = id.partition("|")
        return levelled(workspace, self.outputs(workspace, id, {"group_id": group, "member_id": member}, known))


def _at(workspace: Workspace, group: str, values: Properties) -> str:
    return path(f"{directory(workspace, values)}/Groups", group)
