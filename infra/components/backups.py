"""Copies of the protected catalogs: a catalog beside each, and the job that keeps them up to date.

The job runs the dbt project's operation `back_up`, so that it needs nothing but a warehouse; what it copies, it is told by the
variable `backups`. The copies are protected, whatever the environment says of the rest.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment
from infra.models.backups import CRON
from infra.models.handover import backup_variables, variables
from infra.models.job import ServerlessEnvironment

if TYPE_CHECKING:
    from infra.models.backups import Backups as BackupsModel
    from infra.models.dbt import Dbt

#: What the copying principal may do in a copy; in the original it reads, as the environment's own grants say.
_PRIVILEGES = ("CREATE_TABLE", "MODIFY", "SELECT", "USE_CATALOG", "USE_SCHEMA")


@dataclass(frozen=True, slots=True)
class BackupsArgs:
    """What the environment says of backups and of dbt, and what the job names."""

    environment: Environment
    model: BackupsModel
    dbt: Dbt
    catalog_names: Mapping[str, pulumi.Output[str]]
    warehouse_id: pulumi.Input[str]
    directory: pulumi.Input[str]
    principals: Principals


class Backups(pulumi.ComponentResource):
    """`catalog_names` are those of the copies, `job_id` is what copies."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:backups:Backups", name, None, opts)
        self._args = args
        self.catalog_names: dict[str, pulumi.Output[str]] = {}
        made: list[pulumi.Resource] = []
        for domain in args.environment.backed_up:
            made.extend(self._copy(domain))
        self.job_id: pulumi.Output[str] = self._job(name, made).id
        self.register_outputs({"catalog_names": self.catalog_names, "job_id": self.job_id})

    def _copy(self, domain: str) -> list[pulumi.Resource]:
        """The catalog that a domain is copied to, with its schemas."""
        args = self._args
        name = args.environment.backup_catalog_name(domain)
        kept = pulumi.ResourceOptions(parent=self, protect=True)
        catalog = databricks.Catalog(
            domain,
            name=name,
            comment=f"Copies of {args.environment.catalog_name(domain)}: {args.model.frequency}, for {args.model.retention}",
            isolation_mode=args.environment.catalogs[domain].isolation.upper(),
            storage_root=f"{args.model.storage.rstrip('/')}/{name}" if args.model.storage else None,
            force_destroy=False,
            opts=kept,
        )
        self.catalog_names[domain] = catalog.name
        schemas = [
            databricks.Schema(f"{domain}.{key}", name=key, catalog_name=catalog.name, force_destroy=False, opts=kept)
            for key in args.environment.catalogs[domain].schemas
        ]
        grant = databricks.Grant(
            f"{domain}/{args.model.run_as}",
            catalog=catalog.name,
            principal=args.principals.name(args.model.run_as),
            privileges=list(_PRIVILEGES),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [*schemas, grant]

    def _job(self, name: str, after: list[pulumi.Resource]) -> databricks.Job:
        args = self._args
        handed = json.dumps({**variables(args.environment), **backup_variables(args.environment)}, sort_keys=True)
        spec = databricks.JobEnvironmentSpecArgs(
            environment_version=ServerlessEnvironment().version, dependencies=[args.dbt.adapter]
        )
        task = databricks.JobTaskArgs(
            task_key="back_up",
            environment_key="dbt",
            dbt_task=databricks.JobTaskDbtTaskArgs(
                commands=[f"dbt run-operation back_up --vars {shlex.quote(handed)}"],
                source="WORKSPACE",
                project_directory=args.directory,
                warehouse_id=args.warehouse_id,
                catalog=args.catalog_names[args.dbt.catalog],
                schema=args.dbt.schema_,
            ),
        )
        return databricks.Job(
            name,
            name=f"{name}-{args.environment.name}",
            description="Copies the tables of the protected catalogs",
            max_concurrent_runs=1,
            queue=databricks.JobQueueArgs(enabled=True),
            run_as=databricks.JobRunAsArgs(service_principal_name=args.principals.application_ids[args.model.run_as]),
            schedule=databricks.JobScheduleArgs(
                quartz_cron_expression=CRON[args.model.frequency], timezone_id="UTC", pause_status="UNPAUSED"
            ),
            environments=[databricks.JobEnvironmentArgs(environment_key="dbt", spec=spec)],
            tasks=[task],
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )
