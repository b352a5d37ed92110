"""`databricks:index/accountFederationPolicy:AccountFederationPolicy`: whose tokens its principals sign in by."""

from __future__ import annotations

from infra.engine.values import Properties
from infra.providers.databricks.identity.federation_policies import FederationPolicy, policy_shape, principal_field
from infra.providers.databricks.workspace import Workspace


class AccountFederationPolicy(FederationPolicy):
    """A policy of the account. It is imported by the policy's id."""

    token = "databricks:index/accountFederationPolicy:AccountFederationPolicy"
    shape = policy_shape(principal=principal_field())

    def collection(self, workspace: Workspace, values: Properties) -> str:
        return f"{workspace.account()}/federationPolicies"

    def imported(self, id: str) -> Properties:
        return {"policyId": id}
