"""`databricks:index/groupMember:GroupMember`: one principal in one group."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.identity.scim import SCIM, account_failures, patched
from infra.providers.databricks.resource import Resource, found, joined, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace


class GroupMember(Resource):
    """A membership. Its id is `group|member`."""

    token = "databricks:index/groupMember:GroupMember"
    shape = Shape(
        text("api", local=True, replaces=True),
        text("groupId", required=True, replaces=True),
        text("memberId", required=True, replaces=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        return account_failures(inputs)

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "groupId", "memberId", by="|")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        group, member = str(inputs["groupId"]), str(inputs["memberId"])
        patched(workspace, _at(group), {"op": "add", "path": "members", "value": [{"value": member}]})
        return f"{group}|{member}", self._stored(workspace, f"{group}|{member}", inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        group, _, member = id.partition("|")
        answer = found(workspace, _at(group), attributes="members")
        members = {entry.get("value") for entry in (answer or {}).get("members") or ()}
        return self._stored(workspace, id, self.locals(known)) if member in members else None

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._stored(workspace, id, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        group, _, member = id.partition("|")
        patched(workspace, _at(group), {"op": "remove", "path": f'members[value eq "{member}"]'})

    def _stored(self, workspace: Workspace, id: str, known: Properties) -> Properties:
        group, _, member = id.partition("|")
        return self.outputs(workspace, id, {"group_id": group, "member_id": member}, known)


def _at(group: str) -> str:
    return path(f"{SCIM}/Groups", group)
