"""What brings data back: copies of the protected catalogs, and the job that makes them."""

from __future__ import annotations

import pulumi

from infra.components.backups import Backups, BackupsArgs
from infra.components.release import Release
from infra.models import Environment
from stacks.lakehouse import Lakehouse


def continuity(
    environment: Environment, base: Lakehouse, release: Release | None, options: pulumi.ResourceOptions
) -> Backups | None:
    """Register the environment's backups, if it has any; `release` is the dbt project that knows how to copy."""
    if environment.backups is None or environment.dbt is None or release is None:
        return None
    args = BackupsArgs(
        environment=environment,
        model=environment.backups,
        dbt=environment.dbt,
        catalog_names={key: catalog.catalog_name for key, catalog in base.catalogs.items()},
        warehouse_id=base.warehouses[environment.backups.warehouse].warehouse_id,
        directory=release.directory,
        principals=base.identities.principals,
    )
    ready = pulumi.ResourceOptions(depends_on=[release, *base.components])
    return Backups("backup", args, pulumi.ResourceOptions.merge(options, ready))
