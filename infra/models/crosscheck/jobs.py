"""Jobs: they name warehouses and principals that are there, and who runs them may use what they use."""

from __future__ import annotations

from infra.models.crosscheck.words import Path, Wrong, known, principal
from infra.models.environment import Environment
from infra.models.job import Job


def jobs(environment: Environment) -> Wrong:
    """Each job, and its tasks."""
    for key, job in environment.jobs.items():
        at: Path = ("jobs", key)
        if environment.dbt is None:
            yield at, "runs dbt, and the environment has none; say where the dbt project is in dbt"
        yield from _job(environment, at, job)


def _job(environment: Environment, at: Path, job: Job) -> Wrong:
    yield from known((*at, "warehouse"), job.warehouse, environment.warehouses, "warehouse", "warehouses")
    runners = environment.identities.runners
    yield from known((*at, "run_as"), job.run_as, runners, "service principal or user", "identities")
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
