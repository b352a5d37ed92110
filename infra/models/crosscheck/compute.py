"""Compute: warehouses that someone uses, clusters whose policies and pools are there."""

from __future__ import annotations

from collections.abc import Iterator

from infra.models.cluster import Cluster
from infra.models.crosscheck.words import Path, Wrong, known, principal
from infra.models.environment import Environment
from infra.models.pipeline import PipelineCluster


def compute(environment: Environment) -> Wrong:
    """Warehouses, then everything that runs on machines of the cloud account."""
    yield from _unused(environment)
    for at, cluster in _clusters(environment):
        if cluster.policy is not None:
            policies = environment.compute.policies
            yield from known((*at, "policy"), cluster.policy, policies, "cluster policy", "compute.policies")
        if cluster.pool is not None:
            yield from known((*at, "pool"), cluster.pool, environment.compute.pools, "instance pool", "compute.pools")
    for key, shared in environment.compute.clusters.items():
        if shared.user is not None:
            yield from principal(environment, ("compute", "clusters", key, "user"), shared.user)
            if shared.access == "standard":
                yield ("compute", "clusters", key, "user"), "is of a dedicated cluster, and this one is for many; leave it out"


def _unused(environment: Environment) -> Wrong:
    """A warehouse that nothing uses is a mistake, mostly in a name: it is refused, since its first query starts to cost."""
    used = {*_warehouses(environment)}
    for key, warehouse in environment.warehouses.items():
        if key not in used and not warehouse.permissions:
            remedy = "give somebody CAN_USE in its 'permissions', or take it out"
            yield ("warehouses", key), f"nothing uses it: no job, query, alert or dashboard names it, and nobody may; {remedy}"


def _warehouses(environment: Environment) -> Iterator[str | None]:
    for job in environment.jobs.values():
        yield job.warehouse
        yield from (step.warehouse for task in job.tasks.values() for step in task.steps)
    for seen in (environment.queries, environment.alerts, environment.dashboards):
        yield from (one.warehouse for one in seen.values())
    yield environment.governance.warehouse
    if environment.backups is not None:
        yield environment.backups.warehouse


def _clusters(environment: Environment) -> Iterator[tuple[Path, Cluster | PipelineCluster]]:
    for key, job in environment.jobs.items():
        for name, cluster in job.clusters.items():
            yield ("jobs", key, "clusters", name), cluster
    for key, shared in environment.compute.clusters.items():
        yield ("compute", "clusters", key), shared
    for key, pipeline in environment.pipelines.items():
        if pipeline.cluster is not None:
            yield ("pipelines", key, "cluster"), pipeline.cluster
