"""What runs on the lakehouse: the release of the dbt project, and the jobs that point at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from infra.components.content import Content, keep, read_content
from infra.components.job import Job, JobArgs
from infra.components.release import Release, ReleaseArgs
from infra.models import Environment
from stacks.lakehouse import Lakehouse


@dataclass(frozen=True, slots=True)
class Delivery:
    """The release, if the environment has a dbt project, and its jobs by their keys."""

    release: Release | None = None
    jobs: Mapping[str, Job] = field(default_factory=dict)


def dbt_content(environment: Environment, root: Path) -> Content | None:
    """The content of the environment's dbt project, if it has one; `root` is the folder of the whole project."""
    return read_content(root / environment.dbt.project) if environment.dbt else None


def delivery(
    environment: Environment, content: Content | None, base: Lakehouse, root: Path, options: pulumi.ResourceOptions
) -> Delivery:
    """Register the environment's delivery; what is released is kept beside the state."""
    dbt = environment.dbt
    if dbt is None or content is None:
        return Delivery()
    assets = root / ".lakestead" / "state" / "assets"
    keep(content, assets)
    release = Release("dbt", ReleaseArgs(environment, content, assets, program=root / "stacks"), options)
    ready = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[release, *base.components]))
    jobs = {
        key: Job(
            key,
            JobArgs(
                environment=environment,
                key=key,
                directory=release.directory,
                catalog_name=base.catalogs[dbt.catalog].catalog_name,
                warehouse_id=base.warehouses[job.warehouse].warehouse_id,
                principals=base.identities.principals,
            ),
            ready,
        )
        for key, job in environment.jobs.items()
    }
    return Delivery(release, jobs)
