"""`databricks:index/servicePrincipal:ServicePrincipal`: identities for machines."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.identity.scim import Principal, account_fields, entitlement_fields, folders, level_field
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace


class ServicePrincipal(Principal):
    """A service principal. Grants name it by `applicationId`, which the server makes unless it is given."""

    token = "databricks:index/servicePrincipal:ServicePrincipal"
    collection = "ServicePrincipals"
    urn = "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"
    attributes = "applicationId,displayName,active,externalId,entitlements"
    kept = ("groups", "roles")
    natural = "applicationId"
    shape = Shape(
        text("aclPrincipalId", computed=True, local=True),
        *account_fields(),
        *entitlement_fields(),
        level_field(),
        text("applicationId", computed=True, replaces=True),
        text("displayName", computed=True),
        text("externalId", computed=True),
        flag("force", local=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from super().verify(inputs)
        if not inputs.get("displayName") and not inputs.get("applicationId"):
            yield CheckFailure("displayName", "a service principal needs a displayName or an applicationId")

    def document(self, values: Properties) -> Answer:
        return {
            "displayName": values.get("displayName"),
            "active": values.get("active", True),
            "applicationId": values.get("applicationId"),
            "externalId": values.get("externalId") or None,
        }

    def described(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        name = str(answer.get("applicationId", ""))
        return {"aclPrincipalId": f"servicePrincipals/{name}"} | folders(name)
