"""`databricks:index/servicePrincipalFederationPolicy:ServicePrincipalFederationPolicy`: whose tokens a service principal signs
in by, instead of a secret."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure, ProviderError
from infra.engine.values import Properties
from infra.providers.databricks.identity.federation_policies import FederationPolicy, policy_shape, principal_field
from infra.providers.databricks.resource import path
from infra.providers.databricks.workspace import Workspace


class ServicePrincipalFederationPolicy(FederationPolicy):
    """A policy of one service principal. It is imported by `service principal,policy`."""

    token = "databricks:index/servicePrincipalFederationPolicy:ServicePrincipalFederationPolicy"
    shape = policy_shape(principal=principal_field())

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        if "servicePrincipalId" not in inputs:
            yield CheckFailure("servicePrincipalId", "says whose policy it is: give the service principal's number")

    def collection(self, workspace: Workspace, values: Properties) -> str:
        principals = f"{workspace.account()}/servicePrincipals"
        return f"{path(principals, str(values['servicePrincipalId']))}/federationPolicies"

    def imported(self, id: str) -> Properties:
        principal, _, policy = id.partition(",")
        if not principal.isdigit() or not policy:
            raise ProviderError(f"{id!r} is no policy: import it by <service principal's number>,<policy's id>")
        return {"servicePrincipalId": int(principal), "policyId": policy}
