"""Jobs: what their steps name is there, and whoever runs them may use it."""

from __future__ import annotations

from infra.models.crosscheck.access import may_use
from infra.models.crosscheck.words import Path, Wrong, budget_policy, in_schema, known, recipients
from infra.models.environment import Environment
from infra.models.job import Job
from infra.models.task import ON_WAREHOUSE, Step

_USES_WAREHOUSE = ("CAN_USE", "CAN_MONITOR", "CAN_MANAGE")
_USES_CLUSTER = ("CAN_RESTART", "CAN_MANAGE")
#: Events that destinations hear of, and how many of them may hear of one (Jobs API).
_MOST_DESTINATIONS = 3


def jobs(environment: Environment) -> Wrong:
    """Each job, and its steps."""
    for key, job in environment.jobs.items():
        at: Path = ("jobs", key)
        yield from _job(environment, at, job)
        for name, task in job.tasks.items():
            inner: Path = (*at, "tasks", name)
            for step in task.steps:
                yield from _step(environment, at, (*inner, "for_each", "step") if task.for_each else inner, job, step)
    yield from _circles(environment)


def _job(environment: Environment, at: Path, job: Job) -> Wrong:
    runners = environment.identities.runners
    yield from known((*at, "run_as"), job.run_as, runners, "service principal or user", "identities")
    if job.warehouse is not None:
        yield from _warehouse(environment, (*at, "warehouse"), job, job.warehouse)
    if job.catalog is not None:
        yield from known((*at, "catalog"), job.catalog, environment.catalogs, "domain", "catalogs")
        if "catalog" in job.parameters:
            yield (*at, "parameters", "catalog"), "is always the name of the catalog in 'catalog'; leave one of them out"
    yield from budget_policy(environment, at, job.budget_policy)
    yield from _trigger(environment, at, job)
    for event in ("start", "success", "failure", "slow", "backlog"):
        heard = getattr(job.notify, event)
        yield from recipients(environment, (*at, "notify", event), heard)
        destinations = [word for word in heard if "@" not in word]
        if len(destinations) > _MOST_DESTINATIONS:
            message = f"names {len(destinations)} notification destinations; {_MOST_DESTINATIONS} is the platform's limit"
            yield (*at, "notify", event), message
    for name, cluster in job.clusters.items():
        policy = environment.compute.policies.get(cluster.policy or "")
        if policy is not None and not may_use(environment, job.run_as, policy.permissions, ("CAN_USE",)):
            remedy = f"give it CAN_USE in compute.policies.{cluster.policy}.permissions"
            path: Path = (*at, "clusters", name, "policy")
            yield path, f"'{job.run_as}', who runs the job, may not use '{cluster.policy}'; {remedy}"


def _trigger(environment: Environment, at: Path, job: Job) -> Wrong:
    if job.trigger is None:
        return
    if job.trigger.files is not None and job.trigger.files.volume is not None:
        yield from in_schema(environment, (*at, "trigger", "files", "volume"), job.trigger.files.volume, volume=True)
    if job.trigger.tables is not None:
        for index, table in enumerate(job.trigger.tables.names):
            yield from in_schema(environment, (*at, "trigger", "tables", "names", index), table)


def _step(environment: Environment, job_at: Path, at: Path, job: Job, step: Step) -> Wrong:
    if step.run:
        if environment.dbt is None:
            yield (*at, "run"), "runs dbt, and the environment has none; say in 'dbt' where the project is"
        for index, command in enumerate(step.run):
            if "--vars" in command:
                yield (*at, "run", index), "takes its variables from dbt.vars; leave --vars out"
    if step.warehouse is not None:
        yield from _warehouse(environment, (*at, "warehouse"), job, step.warehouse)
    elif step.kind in ON_WAREHOUSE and job.warehouse is None:
        yield job_at, f"is missing its warehouse, which the step '{at[-1]}' runs on; name one in 'warehouse'"
    yield from _named(environment, at, step)
    yield from _where(environment, at, job, step)


def _named(environment: Environment, at: Path, step: Step) -> Wrong:
    """What a step runs is there."""
    if step.sql is not None and step.sql.file is not None:
        yield from known((*at, "sql", "file"), step.sql.file, environment.files, "file", "files")
    if step.sql is not None and step.sql.query is not None:
        yield from known((*at, "sql", "query"), step.sql.query, environment.queries, "query", "queries")
    if step.notebook is not None:
        yield from known((*at, "notebook"), step.notebook, environment.notebooks, "notebook", "notebooks")
    if step.python is not None:
        yield from known((*at, "python"), step.python, environment.files, "file", "files")
    if step.pipeline is not None:
        yield from known((*at, "pipeline"), step.pipeline, environment.pipelines, "pipeline", "pipelines")
    if step.job is not None:
        yield from known((*at, "job"), step.job, environment.jobs, "job", "jobs")


def _where(environment: Environment, at: Path, job: Job, step: Step) -> Wrong:
    """The cluster or the serverless environment that a step runs on is there."""
    if step.environment is not None:
        yield from known((*at, "environment"), step.environment, job.environments, "environment", "the job's environments")
    if step.cluster is None or step.cluster in job.clusters:
        return
    shared = environment.compute.clusters
    yield from known((*at, "cluster"), step.cluster, [*job.clusters, *shared], "cluster", "the job's clusters")
    if step.cluster in shared and not may_use(environment, job.run_as, shared[step.cluster].permissions, _USES_CLUSTER):
        remedy = f"give it CAN_RESTART in compute.clusters.{step.cluster}.permissions"
        yield (*at, "cluster"), f"'{job.run_as}', who runs the job, may not start '{step.cluster}'; {remedy}"


def _warehouse(environment: Environment, path: Path, job: Job, word: str) -> Wrong:
    yield from known(path, word, environment.warehouses, "warehouse", "warehouses")
    warehouse = environment.warehouses.get(word)
    if warehouse is None or job.run_as not in environment.identities.runners:
        return
    if not may_use(environment, job.run_as, warehouse.permissions, _USES_WAREHOUSE):
        remedy = f"give it CAN_USE in warehouses.{word}.permissions"
        yield path, f"'{job.run_as}', who runs it, may not use '{word}'; {remedy}"


def _circles(environment: Environment) -> Wrong:
    """A job that starts itself, by way of others or not, would never end."""
    starts = {
        key: {step.job for task in job.tasks.values() for step in task.steps if step.job is not None}
        for key, job in environment.jobs.items()
    }
    pending = {key: started & set(starts) for key, started in starts.items()}
    while ready := [key for key, after in pending.items() if not after]:
        for key in ready:
            del pending[key]
        for after in pending.values():
            after.difference_update(ready)
    if pending:
        yield (
            ("jobs", min(pending)),
            f"{', '.join(sorted(pending))} start one another, without an end; take one of these steps out",
        )
