"""A secret scope, the secrets in it, and who may read them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.components.secret_values import SecretValues
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class SecretScopeArgs:
    """Which scope of which environment, the values of secrets, and whom its ACLs may name."""

    environment: Environment
    key: str
    values: SecretValues = field(repr=False)
    principals: Principals


class SecretScope(pulumi.ComponentResource):
    """`scope_name` is what `{{secrets/<scope>/<key>}}` names. The values are secret wherever the engine writes them."""

    def __init__(self, name: str, args: SecretScopeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:secrets:SecretScope", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        model = args.environment.secrets.scopes[args.key]
        scope = databricks.SecretScope(name, name=args.environment.scope_name(args.key), opts=inside)
        self.scope_name: pulumi.Output[str] = scope.name
        for key, reference in model.keys.items():
            databricks.Secret(
                f"{name}/{key}",
                scope=scope.name,
                key=key,
                string_value=pulumi.Output.secret(args.values[reference]),
                opts=inside,
            )
        for principal, permission in model.acls.items():
            databricks.SecretAcl(
                f"{name}/{principal}",
                scope=scope.name,
                principal=args.principals.name(principal),
                permission=permission,
                opts=inside,
            )
        self.register_outputs({"scope_name": self.scope_name})
