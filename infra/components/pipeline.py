"""A declarative pipeline and who may see and start it. Nothing here starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_databricks as databricks

from infra.components.surroundings import Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.pipeline import Pipeline as PipelineModel
    from infra.models.pipeline import PipelineCluster, PipelineNotify

#: A key of `notify`, and what the Pipelines API calls the event.
_EVENTS: Final = {
    "success": "on-update-success",
    "failure": "on-update-failure",
    "fatal_failure": "on-update-fatal-failure",
    "flow_failure": "on-flow-failure",
}


@dataclass(frozen=True, slots=True)
class PipelineArgs:
    """Which pipeline of which environment, and what it names."""

    environment: Environment
    key: str
    surroundings: Surroundings


class Pipeline(pulumi.ComponentResource):
    """`pipeline_id` is what a job's step starts."""

    def __init__(self, name: str, args: PipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:pipeline:Pipeline", name, None, opts)
        model = args.environment.pipelines[args.key]
        around = args.surroundings
        catalog = around.catalogs[model.catalog]
        pipeline = databricks.Pipeline(
            name,
            name=args.environment.own_name(args.key, model.name),
            catalog=catalog,
            schema=model.schema_,
            libraries=_libraries(model, around),
            configuration={**model.configuration, "catalog": catalog},
            run_as=_run_as(model, around),
            **_compute(model, around),
            continuous=model.continuous,
            development=model.development,
            channel=model.channel,
            event_log=_event_log(model, catalog),
            notifications=_notifications(model.notify) or None,
            tags=model.tags or None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.pipeline_id: pulumi.Output[str] = pipeline.id
        if model.permissions:
            databricks.Permissions(
                name,
                pipeline_id=pipeline.id,
                access_controls=around.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"pipeline_id": self.pipeline_id})


def _libraries(model: PipelineModel, around: Surroundings) -> list[databricks.PipelineLibraryArgs]:
    notebooks = (databricks.PipelineLibraryNotebookArgs(path=around.notebooks[key]) for key in model.notebooks)
    files = (databricks.PipelineLibraryFileArgs(path=around.files[key]) for key in model.files)
    return [
        *(databricks.PipelineLibraryArgs(notebook=notebook) for notebook in notebooks),
        *(databricks.PipelineLibraryArgs(file=file) for file in files),
    ]


def _run_as(model: PipelineModel, around: Surroundings) -> databricks.PipelineRunAsArgs | None:
    if model.run_as is None:
        return None
    return databricks.PipelineRunAsArgs(
        service_principal_name=around.principals.application_ids.get(model.run_as),
        user_name=around.principals.user_names.get(model.run_as),
    )


def _compute(model: PipelineModel, around: Surroundings) -> dict[str, Any]:
    if model.cluster is not None:
        return {
            "serverless": False,
            "photon": model.photon,
            "edition": model.edition,
            "clusters": [_cluster(model.cluster, around)],
        }
    dependencies = list(model.dependencies)
    return {
        "serverless": True,
        "environment": databricks.PipelineEnvironmentArgs(dependencies=dependencies) if dependencies else None,
        "budget_policy_id": around.budget_policies[model.budget_policy] if model.budget_policy else None,
    }


def _cluster(model: PipelineCluster, around: Surroundings) -> databricks.PipelineClusterArgs:
    return databricks.PipelineClusterArgs(
        label="default",
        node_type_id=model.node_type,
        instance_pool_id=around.pools[model.pool] if model.pool else None,
        policy_id=around.cluster_policies[model.policy] if model.policy else None,
        autoscale=databricks.PipelineClusterAutoscaleArgs(
            min_workers=model.workers, max_workers=model.max_workers, mode="ENHANCED"
        ),
        aws_attributes=databricks.PipelineClusterAwsAttributesArgs(availability=model.availability, first_on_demand=1)
        if model.pool is None
        else None,
    )


def _event_log(model: PipelineModel, catalog: pulumi.Input[str]) -> databricks.PipelineEventLogArgs | None:
    if model.event_log is None:
        return None
    return databricks.PipelineEventLogArgs(name=model.event_log, catalog=catalog, schema=model.schema_)


def _notifications(notify: PipelineNotify) -> list[databricks.PipelineNotificationArgs]:
    """One entry for each set of people, with all that they hear of."""
    heard: dict[tuple[str, ...], list[str]] = {}
    for key, event in _EVENTS.items():
        if getattr(notify, key):
            heard.setdefault(getattr(notify, key), []).append(event)
    return [
        databricks.PipelineNotificationArgs(alerts=events, email_recipients=list(people)) for people, events in heard.items()
    ]
