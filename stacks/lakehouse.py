"""What a lakehouse is before any data: identities, catalogs with their grants, warehouses, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.catalog import Catalog, CatalogArgs
from infra.components.identities import Identities, IdentitiesArgs
from infra.components.principals import Principals
from infra.components.secret_values import SecretValues
from infra.components.secrets import SecretScope, SecretScopeArgs
from infra.components.service_credentials import ServiceCredentials, ServiceCredentialsArgs
from infra.components.table import Table, TableArgs
from infra.components.warehouse import Warehouse, WarehouseArgs
from infra.models import Environment
from stacks.foundation import foundation


@dataclass(frozen=True, slots=True)
class Lakehouse:
    """What the delivery of dbt builds on, by the keys of the environment file."""

    identities: Identities
    catalogs: Mapping[str, Catalog]
    warehouses: Mapping[str, Warehouse]
    scopes: Mapping[str, SecretScope]
    tables: Mapping[str, Table]

    @property
    def components(self) -> list[pulumi.Resource]:
        """Everything, for what may only start once all of it is there."""
        parts = (self.catalogs, self.warehouses, self.scopes, self.tables)
        return [self.identities, *(component for part in parts for component in part.values())]


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
    ground = foundation(environment, values, principals, options)
    on_ground = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=ground.components))
    catalogs = {}
    for key, model in environment.catalogs.items():
        shown = ground.connections[model.connection].connection_name if model.connection else None
        catalogs[key] = Catalog(key, CatalogArgs(environment, key, principals, shown), on_ground)
    warehouses = {key: Warehouse(key, WarehouseArgs(environment, key, principals), options) for key in environment.warehouses}
    return Lakehouse(
        identities=identities,
        catalogs=catalogs,
        warehouses=warehouses,
        scopes=scopes,
        tables=_tables(environment, catalogs, warehouses, principals, options),
    )


def _tables(
    environment: Environment,
    catalogs: Mapping[str, Catalog],
    warehouses: Mapping[str, Warehouse],
    principals: Principals,
    options: pulumi.ResourceOptions,
) -> dict[str, Table]:
    """The tables that the environment keeps, by `<domain>.<schema>.<table>`, each after all of its catalog."""
    tables: dict[str, Table] = {}
    maker = environment.governance.warehouse
    if maker is None:
        return tables
    for domain, catalog in environment.catalogs.items():
        after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[catalogs[domain]]))
        for schema, model in catalog.schemas.items():
            for key in model.tables:
                args = TableArgs(
                    environment=environment,
                    domain=domain,
                    schema=schema,
                    key=key,
                    catalog_name=catalogs[domain].catalog_name,
                    warehouse_id=warehouses[maker].warehouse_id,
                    principals=principals,
                )
                tables[f"{domain}.{schema}.{key}"] = Table(f"{domain}.{schema}.{key}", args, after)
    return tables
