"""What a lakehouse is before any data: identities, catalogs with their grants, warehouses, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.catalog import Catalog, CatalogArgs
from infra.components.identities import Identities, IdentitiesArgs
from infra.components.secret_values import SecretValues
from infra.components.secrets import SecretScope, SecretScopeArgs
from infra.components.service_credentials import ServiceCredentials, ServiceCredentialsArgs
from infra.components.warehouse import Warehouse, WarehouseArgs
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class Lakehouse:
    """What the delivery of dbt builds on, by the keys of the environment file."""

    identities: Identities
    catalogs: Mapping[str, Catalog]
    warehouses: Mapping[str, Warehouse]
    scopes: Mapping[str, SecretScope]

    @property
    def components(self) -> list[pulumi.Resource]:
        """Everything, for what may only start once all of it is there."""
        return [self.identities, *self.catalogs.values(), *self.warehouses.values(), *self.scopes.values()]


def lakehouse(
    environment: Environment,
    values: SecretValues,
    options: pulumi.ResourceOptions,
    account: databricks.Provider | None,
) -> Lakehouse:
    """Register the environment's lakehouse; `values` are those of its secrets, `account` is the provider of its account."""
    identities = Identities("identities", IdentitiesArgs(environment, account), options)
    principals = identities.principals
    scopes = {
        key: SecretScope(key, SecretScopeArgs(environment, key, values, principals), options)
        for key in environment.secrets.scopes
    }
    names = {key: scope.scope_name for key, scope in scopes.items()}
    for key, runner in environment.identities.service_principals.items():
        if runner.secret is not None or runner.federation:
            ServiceCredentials(key, ServiceCredentialsArgs(environment, key, principals, names, account), options)
    return Lakehouse(
        identities=identities,
        catalogs={key: Catalog(key, CatalogArgs(environment, key, principals), options) for key in environment.catalogs},
        warehouses={
            key: Warehouse(key, WarehouseArgs(environment, key, principals), options) for key in environment.warehouses
        },
        scopes=scopes,
    )
