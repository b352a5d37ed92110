"""A job of dbt commands on serverless compute, run as a service principal, and who may see and run it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.dbt import Dbt
    from infra.models.job import Job as JobModel
    from infra.models.job import Task as TaskModel

#: The serverless environment that every task of a job runs in, and the version of its base image.
ENVIRONMENT_KEY = "dbt"
ENVIRONMENT_VERSION = "2"


@dataclass(frozen=True, slots=True)
class JobArgs:
    """Which job of which environment, and what it runs on."""

    environment: Environment
    key: str
    directory: pulumi.Input[str]
    catalog_name: pulumi.Input[str]
    warehouse_id: pulumi.Input[str]
    principals: Principals


class Job(pulumi.ComponentResource):
    """`job_id` is what runs it."""

    def __init__(self, name: str, args: JobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:job:Job", name, None, opts)
        dbt = args.environment.dbt
        if dbt is None:
            raise ValueError(f"the environment '{args.environment.name}' has no dbt, so no job '{args.key}'")
        model = args.environment.jobs[args.key]
        job = databricks.Job(
            name,
            name=args.environment.job_name(args.key),
            description=model.description,
            max_concurrent_runs=1,
            queue=databricks.JobQueueArgs(enabled=True),
            timeout_seconds=model.timeout * 60 or None,
            tags=model.tags or None,
            run_as=databricks.JobRunAsArgs(service_principal_name=args.principals.application_ids[model.run_as]),
            schedule=_schedule(model),
            email_notifications=databricks.JobEmailNotificationsArgs(on_failures=list(model.alert)) if model.alert else None,
            environments=[_serverless(dbt)],
            # The platform answers tasks in the order of their keys, whatever order they were sent in.
            tasks=[_task(key, task, args, dbt, model) for key, task in sorted(model.tasks.items())],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.job_id: pulumi.Output[str] = job.id
        if model.permissions:
            databricks.Permissions(
                name,
                job_id=job.id,
                access_controls=args.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"job_id": self.job_id})


def _task(key: str, task: TaskModel, args: JobArgs, dbt: Dbt, job: JobModel) -> databricks.JobTaskArgs:
    variables = shlex.quote(json.dumps(args.environment.dbt_vars(), sort_keys=True))
    return databricks.JobTaskArgs(
        task_key=key,
        environment_key=ENVIRONMENT_KEY,
        depends_ons=[databricks.JobTaskDependsOnArgs(task_key=earlier) for earlier in sorted(task.after)] or None,
        max_retries=task.retries or None,
        dbt_task=databricks.JobTaskDbtTaskArgs(
            commands=[f"{command} --vars {variables}" for command in task.run],
            source="WORKSPACE",
            project_directory=args.directory,
            warehouse_id=args.warehouse_id,
            catalog=args.catalog_name,
            schema=dbt.schema_,
        ),
    )


def _serverless(dbt: Dbt) -> databricks.JobEnvironmentArgs:
    spec = databricks.JobEnvironmentSpecArgs(environment_version=ENVIRONMENT_VERSION, dependencies=[dbt.adapter])
    return databricks.JobEnvironmentArgs(environment_key=ENVIRONMENT_KEY, spec=spec)


def _schedule(model: JobModel) -> databricks.JobScheduleArgs | None:
    if model.schedule is None:
        return None
    return databricks.JobScheduleArgs(
        quartz_cron_expression=model.schedule.cron,
        timezone_id=model.schedule.timezone,
        pause_status="PAUSED" if model.schedule.paused else "UNPAUSED",
    )
