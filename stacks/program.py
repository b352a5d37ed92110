"""What a Pulumi program of Lakestead does: read one environment, judge everything, then register its layers.

A repository of its own has a program of two lines that calls this; see `infra.operations.new_repository`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pulumi

from infra.components.secret_values import secret_values
from infra.models import ModelError, connect, connect_account, load_environment, resolve
from stacks.continuity import continuity
from stacks.controls import controls, surroundings
from stacks.delivery import delivery, read
from stacks.governance import governance
from stacks.lakehouse import lakehouse
from stacks.offering import offering
from stacks.workspace import account, workspace


def run(program: Path) -> None:
    """Register the environment that the stack is named after; `program` is the program's folder, in the project's."""
    root = program.parent
    folder = os.environ.get("LAKESTEAD_ENVIRONMENTS") or pulumi.Config("lakestead").get("environments") or "environments"
    try:
        environment = resolve(load_environment(pulumi.get_stack(), root / folder), os.environ)
        connection = connect(environment, root, os.environ)
        account_connection = connect_account(environment, os.environ)
        values = secret_values(environment, root, os.environ)
        delivered = read(environment, root, program)
    except ModelError as error:
        raise pulumi.RunError(str(error)) from None
    options = pulumi.ResourceOptions(provider=workspace(connection))
    of_account = account(account_connection)
    base = lakehouse(environment, values, options, of_account)
    governance(environment, connection, base, options)
    controlled = controls(environment, values, base, options, of_account)
    around, ready = surroundings(base, controlled), [*base.components, *controlled.components]
    made = delivery(environment, delivered, values, around, options, after=ready)
    place: pulumi.Input[str] = made.objects.folder if made.objects else ""
    offering(environment, around, place, options, after=ready)
    continuity(environment, base, made.release, options)
    pulumi.export("environment", environment.name)
    pulumi.export("catalogs", {key: catalog.catalog_name for key, catalog in base.catalogs.items()})
    pulumi.export("warehouses", {key: warehouse.warehouse_id for key, warehouse in base.warehouses.items()})
    pulumi.export("service_principals", base.identities.principals.application_ids)
    pulumi.export("jobs", {key: job.job_id for key, job in made.jobs.items()})
    pulumi.export("release", made.release.version if made.release else None)
