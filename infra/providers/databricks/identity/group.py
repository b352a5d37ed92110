"""`databricks:index/group:Group`: groups of principals."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.identity.scim import Principal, entitlement_fields, level_field
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace


class Group(Principal):
    """A group; its members are `GroupMember`s, left alone by it."""

    token = "databricks:index/group:Group"
    collection = "Groups"
    urn = "urn:ietf:params:scim:schemas:core:2.0:Group"
    attributes = "displayName,externalId,entitlements"
    kept = ("groups", "members", "roles")
    natural = "displayName"
    disabled_in_accounts = False
    shape = Shape(
        text("aclPrincipalId", computed=True, local=True),
        *entitlement_fields(),
        level_field(),
        text("displayName"),
        text("externalId", replaces=True),
        flag("force", local=True),
        PROVIDER_CONFIG,
        text("url", computed=True, local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from super().verify(inputs)
        if not inputs.get("displayName"):
            yield CheckFailure("displayName", "a group needs a name")
        elif inputs["displayName"] in {"users", "admins"}:
            yield CheckFailure("displayName", f"{inputs['displayName']!r} is the workspace's own: it cannot be made")

    def document(self, values: Properties) -> Answer:
        return {"displayName": values.get("displayName"), "externalId": values.get("externalId") or None}

    def described(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        at = f"users/groups/{id}/information" if workspace.at_account(known) else f"#setting/accounts/groups/{id}"
        url = f"{workspace.host}/{at}"
        return {"aclPrincipalId": f"groups/{answer.get('displayName')}", "url": url}
