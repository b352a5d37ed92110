"""The Pulumi program: one stack is one environment. Everything is read and judged before anything is registered."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(1, str(ROOT))  # A language host knows this folder only, not the packages beside it.

from infra.components.secret_values import secret_values  # noqa: E402
from infra.models import ModelError, connect, connect_account, load_environment, resolve  # noqa: E402
from stacks.continuity import continuity  # noqa: E402
from stacks.controls import controls, surroundings  # noqa: E402
from stacks.delivery import delivery, read  # noqa: E402
from stacks.governance import governance  # noqa: E402
from stacks.lakehouse import lakehouse  # noqa: E402
from stacks.offering import offering  # noqa: E402
from stacks.workspace import account, workspace  # noqa: E402


def main() -> None:
    """Read the environment, run the layers, say what came of it."""
    folder = os.environ.get("LAKESTEAD_ENVIRONMENTS") or pulumi.Config("lakestead").get("environments") or "environments"
    try:
        environment = resolve(load_environment(pulumi.get_stack(), ROOT / folder), os.environ)
        connection = connect(environment, ROOT, os.environ)
        account_connection = connect_account(environment, os.environ)
        values = secret_values(environment, ROOT, os.environ)
        delivered = read(environment, ROOT)
    except ModelError as error:
        raise pulumi.RunError(str(error)) from None
    options = pulumi.ResourceOptions(provider=workspace(connection))
    of_account = account(account_connection)
    base = lakehouse(environment, values, options, of_account)
    governance(environment, connection, base, options)
    controlled = controls(environment, values, base, options, of_account)
    around, ready = surroundings(base, controlled), [*base.components, *controlled.components]
    delivery_made = delivery(environment, delivered, values, around, options, after=ready)
    place: pulumi.Input[str] = delivery_made.objects.folder if delivery_made.objects else ""
    offering(environment, around, place, options, after=ready)
    continuity(environment, base, delivery_made.release, options)
    pulumi.export("environment", environment.name)
    pulumi.export("catalogs", {key: catalog.catalog_name for key, catalog in base.catalogs.items()})
    pulumi.export("warehouses", {key: warehouse.warehouse_id for key, warehouse in base.warehouses.items()})
    pulumi.export("service_principals", base.identities.principals.application_ids)
    pulumi.export("jobs", {key: job.job_id for key, job in delivery_made.jobs.items()})
    pulumi.export("release", delivery_made.release.version if delivery_made.release else None)


if __name__ == "__main__":
    main()
