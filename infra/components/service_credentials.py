"""How a service principal signs in without a person: foreign identities that it trusts, or an OAuth secret in a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.principal import Federation, OauthSecret

_SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class ServiceCredentialsArgs:
    """Whose credentials; the names of the secret scopes that OAuth secrets go to; the account's provider, if there is one."""

    environment: Environment
    key: str
    principals: Principals
    scopes: Mapping[str, pulumi.Output[str]]
    account: databricks.Provider | None = None


class ServiceCredentials(pulumi.ComponentResource):
    """The secret's value goes from the platform into the scope; nobody is shown it."""

    def __init__(self, name: str, args: ServiceCredentialsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:identities:ServiceCredentials", name, None, opts)
        self._args = args
        self._number = args.principals.ids[args.key]
        runner = args.environment.identities.service_principals[args.key]
        for key, federation in runner.federation.items():
            self._federate(f"{name}/{key}", key, federation)
        if runner.secret is not None:
            self._secret(name, runner.secret)
        self.register_outputs({})

    def _federate(self, name: str, key: str, model: Federation) -> None:
        """Federation is the account's, whosever the service principal is."""
        databricks.ServicePrincipalFederationPolicy(
            name,
            service_principal_id=self._number.apply(int),
            policy_id=f"{key}-{self._args.environment.name}",
            description=model.description,
            oidc_policy=databricks.ServicePrincipalFederationPolicyOidcPolicyArgs(
                issuer=model.issuer,
                subject=model.subject,
                subject_claim=model.subject_claim,
                audiences=list(model.audiences) or None,
            ),
            opts=pulumi.ResourceOptions(parent=self, provider=self._args.account),
        )

    def _secret(self, name: str, model: OauthSecret) -> None:
        of_account = self._args.environment.identities.level == "account"
        made = databricks.ServicePrincipalSecret(
            name,
            service_principal_id=self._number,
            lifetime=f"{model.days * _SECONDS_A_DAY}s",
            api="account" if of_account else None,
            opts=pulumi.ResourceOptions(parent=self, provider=self._args.account if of_account else None),
        )
        databricks.Secret(
            name,
            scope=self._args.scopes[model.scope],
            key=model.key,
            string_value=made.secret.apply(pulumi.Output.secret),
            opts=pulumi.ResourceOptions(parent=self),
        )
