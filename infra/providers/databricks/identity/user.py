"""`databricks:index/user:User`: people."""

from __future__ import annotations

from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.identity.scim import Principal, account_fields, entitlement_fields, folders, level_field
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace


class User(Principal):
    """A user, named by an e-mail address."""

    token = "databricks:index/user:User"
    collection = "Users"
    urn = "urn:ietf:params:scim:schemas:core:2.0:User"
    attributes = "userName,displayName,active,externalId,entitlements"
    kept = ("groups", "roles")
    natural = "userName"
    shape = Shape(
        text("aclPrincipalId", computed=True, local=True),
        *account_fields(),
        *entitlement_fields(),
        level_field(),
        text("displayName", computed=True),
        text("externalId", computed=True),
        flag("force", local=True),
        PROVIDER_CONFIG,
        text("userName", required=True, replaces=True),
    )

    def document(self, values: Properties) -> Answer:
        return {
            "userName": values.get("userName"),
            "displayName": values.get("displayName"),
            "active": values.get("active", True),
            "externalId": values.get("externalId") or None,
        }

    def described(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        name = str(answer.get("userName", ""))
        return {"aclPrincipalId": f"users/{name}"} | folders(name)
