"""Rules over the data of all catalogs: masks and row filters, system tables, and alerts that watch how fresh data is."""

from __future__ import annotations

import pulumi

from infra.components.freshness import Freshness, FreshnessArgs
from infra.components.policies import Policies, PoliciesArgs
from infra.components.system_schemas import SystemSchemas, SystemSchemasArgs
from infra.models import Connection, Environment
from stacks.lakehouse import Lakehouse


def governance(environment: Environment, connection: Connection, base: Lakehouse, options: pulumi.ResourceOptions) -> None:
    """Register the environment's rules; the statements that make their functions go to `connection`."""
    model = environment.governance
    principals = base.identities.principals
    if model.system_schemas:
        SystemSchemas("system", SystemSchemasArgs(environment, principals), options)
    if model.warehouse is None:
        return
    warehouse_id = base.warehouses[model.warehouse].warehouse_id
    promising = [
        domain
        for domain, catalog in environment.catalogs.items()
        if any(schema.sla or catalog.sla for schema in catalog.schemas.values())
    ]
    for domain in promising:
        args = FreshnessArgs(environment, domain, base.catalogs[domain].catalog_name, warehouse_id)
        Freshness(domain, args, options)
    if model.policies:
        ready = [*base.catalogs.values(), *base.tables.values()]
        Policies(
            "policies",
            PoliciesArgs(
                environment=environment,
                catalog_names={key: catalog.catalog_name for key, catalog in base.catalogs.items()},
                table_names={key: table.full_name for key, table in base.tables.items()},
                warehouse_id=warehouse_id,
                principals=principals,
                connection=_credentials(connection),
            ),
            pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=ready)),
        )


def _credentials(connection: Connection) -> dict[str, str]:
    """As `infra.components.statement` takes them."""
    if connection.token is not None:
        return {"host": connection.host, "token": connection.token}
    return {
        "host": connection.host,
        "client_id": connection.client_id or "",
        "client_secret": connection.client_secret or "",
    }
