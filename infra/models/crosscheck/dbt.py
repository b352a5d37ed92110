"""dbt and its jobs: they name catalogs, schemas, warehouses and principals that are there, and may use them."""

from __future__ import annotations

from infra.models.crosscheck.words import Path, Wrong, known, principal
from infra.models.environment import Environment
from infra.models.job import Job


def dbt(environment: Environment) -> Wrong:
    """The project's place and each of its jobs."""
    project = environment.dbt
    if project is None:
        return
    yield from known(("dbt", "catalog"), project.catalog, environment.catalogs, "domain", "catalogs")
    catalog = environment.catalogs.get(project.catalog)
    if catalog is not None:
        where = f"catalogs.{project.catalog}.schemas"
        yield from known(("dbt", "schema"), project.schema_, catalog.schemas, "schema", where)
    if "environment" in project.vars:
        yield ("dbt", "vars", "environment"), f"is always the environment's name, '{environment.name}'; leave it out"
    for key, job in project.jobs.items():
        yield from _job(environment, ("dbt", "jobs", key), job)


def _job(environment: Environment, at: Path, job: Job) -> Wrong:
    yield from known((*at, "warehouse"), job.warehouse, environment.warehouses, "warehouse", "warehouses")
    runners = environment.identities.service_principals
    yield from known((*at, "run_as"), job.run_as, runners, "service principal", "identities.service_principals")
    for who in job.permissions:
        yield from principal(environment, (*at, "permissions", who), who)
    warehouse = environment.warehouses.get(job.warehouse)
    if warehouse is not None and job.run_as in runners:
        ways = {job.run_as, *environment.identities.groups_of(job.run_as)}
        if not any(warehouse.permissions.get(way) in ("CAN_USE", "CAN_MONITOR", "CAN_MANAGE") for way in ways):
            remedy = f"give it CAN_USE in warehouses.{job.warehouse}.permissions"
            yield (*at, "warehouse"), f"'{job.run_as}', who runs it, may not use '{job.warehouse}'; {remedy}"
    for task, step in job.tasks.items():
        for index, command in enumerate(step.run):
            if "--vars" in command:
                yield (*at, "tasks", task, "run", index), "takes its variables from dbt.vars; leave --vars out"
