"""What runs on the lakehouse: the dbt project's release, notebooks and files, pipelines, queries, and jobs over all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pulumi

from infra.components.content import Content, keep, read_content
from infra.components.job import Job, JobArgs
from infra.components.pipeline import Pipeline, PipelineArgs
from infra.components.queries import Queries, QueriesArgs
from infra.components.release import Release, ReleaseArgs
from infra.components.secret_values import SecretValues
from infra.components.sources import Sources, read_sources
from infra.components.surroundings import Surroundings
from infra.components.workspace_objects import WorkspaceObjects, WorkspaceObjectsArgs
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class Delivered:
    """What of the repository goes to the workspace, read and kept before anything is registered."""

    release: Content | None
    sources: Sources
    assets: Path
    program: Path


@dataclass(frozen=True, slots=True)
class Delivery:
    """The release, if the environment has a dbt project; its jobs by their keys; the folder of what it delivers."""

    release: Release | None = None
    objects: WorkspaceObjects | None = None
    jobs: Mapping[str, Job] = field(default_factory=dict)


def read(environment: Environment, root: Path, program: Path) -> Delivered:
    """What the environment delivers of the project in `root`; its content is kept beside the state."""
    assets = root / ".lakestead" / "state" / "assets"
    content = read_content(root / environment.dbt.project) if environment.dbt else None
    sources = read_sources(environment, root, assets, program)
    if content is not None:
        keep(content, assets)
    return Delivered(content, sources, assets, program)


def delivery(
    environment: Environment,
    delivered: Delivered,
    values: SecretValues,
    around: Surroundings,
    options: pulumi.ResourceOptions,
    *,
    after: list[pulumi.Resource],
) -> Delivery:
    """Register the environment's delivery; what may start by itself waits for all of `after`, grants included."""
    made: list[pulumi.Resource] = []
    release = None
    if delivered.release is not None:
        args = ReleaseArgs(environment, delivered.release, delivered.assets, delivered.program)
        release = Release("dbt", args, options)
        made.append(release)
        around = replace(around, release=release.directory)
    objects = None
    if _has_objects(environment):
        below = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[*made, *after]))
        object_args = WorkspaceObjectsArgs(environment, delivered.sources, around, values)
        objects = WorkspaceObjects("delivered", object_args, below)
        made.append(objects)
        around = replace(around, notebooks=objects.notebooks, files=objects.files)
        ready = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[*made, *after]))
        pipelines = {key: Pipeline(key, PipelineArgs(environment, key, around), ready) for key in environment.pipelines}
        around = replace(around, pipelines={key: pipeline.pipeline_id for key, pipeline in pipelines.items()})
        made.extend(pipelines.values())
        if environment.queries or environment.alerts or environment.dashboards:
            queries = Queries("queries", QueriesArgs(environment, delivered.sources, around, objects.folder), ready)
            around = replace(around, queries=queries.queries)
            made.append(queries)
    ready = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=[*made, *after]))
    return Delivery(release, objects, _jobs(environment, around, ready))


def _has_objects(environment: Environment) -> bool:
    ai = environment.ai
    return any(
        (
            *(environment.notebooks, environment.files, environment.directories, environment.git.folders),
            *(environment.git.credentials, environment.queries, environment.alerts, environment.dashboards),
            *(environment.pipelines, ai.experiments),
        )
    )


def _jobs(environment: Environment, around: Surroundings, ready: pulumi.ResourceOptions) -> dict[str, Job]:
    """Each after those that it starts."""
    jobs: dict[str, Job] = {}
    for key in _in_order(environment):
        started = {other: job.job_id for other, job in jobs.items()}
        jobs[key] = Job(key, JobArgs(environment, key, around, started), ready)
    return jobs


def _in_order(environment: Environment) -> Iterator[str]:
    starts = {
        key: {step.job for task in job.tasks.values() for step in task.steps if step.job is not None}
        for key, job in environment.jobs.items()
    }
    done: set[str] = set()
    while len(done) < len(starts):
        for key, started in starts.items():
            if key not in done and started <= done:
                done.add(key)
                yield key
