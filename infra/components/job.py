"""A job: its steps, when it starts, on what it runs, who hears of it, and who may see and start it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import pulumi
import pulumi_databricks as databricks

from infra.components.clusters import job_clusters
from infra.components.surroundings import Names, Surroundings
from infra.components.task import Steps
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.job import Health, Notify
    from infra.models.job import Job as JobModel
    from infra.models.trigger import Trigger

#: An event of `notify`, and what the official classes call it.
_EVENTS: Final = {
    "start": "on_starts",
    "success": "on_successes",
    "failure": "on_failures",
    "slow": "on_duration_warning_threshold_exceededs",
    "backlog": "on_streaming_backlog_exceededs",
}
#: A key of `health`, what is measured, and how many of the API's units one is.
_METRICS: Final = (
    ("minutes", "RUN_DURATION_SECONDS", 60),
    ("backlog_seconds", "STREAMING_BACKLOG_SECONDS", 1),
    ("backlog_bytes", "STREAMING_BACKLOG_BYTES", 1),
    ("backlog_records", "STREAMING_BACKLOG_RECORDS", 1),
    ("backlog_files", "STREAMING_BACKLOG_FILES", 1),
)


@dataclass(frozen=True, slots=True)
class JobArgs:
    """Which job of which environment, what it names, and the ids of the jobs that it starts."""

    environment: Environment
    key: str
    surroundings: Surroundings
    jobs: Names = field(default_factory=dict)


class Job(pulumi.ComponentResource):
    """`job_id` is what runs it."""

    def __init__(self, name: str, args: JobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:job:Job", name, None, opts)
        model = args.environment.jobs[args.key]
        around = args.surroundings
        steps = Steps(args.environment, model, around, args.jobs)
        continuous = model.trigger is not None and model.trigger.continuous
        job = databricks.Job(
            name,
            name=args.environment.job_name(args.key),
            description=model.description,
            max_concurrent_runs=model.concurrent,
            # The run of a continuous job begins where the one before ends: there is nothing to wait for.
            queue=None if continuous else databricks.JobQueueArgs(enabled=model.queue),
            timeout_seconds=model.timeout * 60 or None,
            tags=model.tags or None,
            run_as=_run_as(model, around),
            schedule=_schedule(model),
            trigger=_trigger(model.trigger, around),
            continuous=_continuous(model.trigger) if continuous else None,
            parameters=_parameters(model, around) or None,
            performance_target=model.performance,
            budget_policy_id=around.budget_policies[model.budget_policy] if model.budget_policy else None,
            email_notifications=cast(Any, _mails(model.notify)),
            webhook_notifications=cast(Any, _webhooks(model.notify, around)),
            health=_health(model.health),
            job_clusters=cast(Any, job_clusters(dict(model.clusters), around)) or None,
            environments=cast(Any, steps.environments()) or None,
            tasks=cast(Any, steps.tasks()),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.job_id: pulumi.Output[str] = job.id
        if model.permissions:
            databricks.Permissions(
                name,
                job_id=job.id,
                access_controls=around.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"job_id": self.job_id})


def _run_as(model: JobModel, around: Surroundings) -> databricks.JobRunAsArgs:
    return databricks.JobRunAsArgs(
        service_principal_name=around.principals.application_ids.get(model.run_as),
        user_name=around.principals.user_names.get(model.run_as),
    )


def _schedule(model: JobModel) -> databricks.JobScheduleArgs | None:
    if model.schedule is None:
        return None
    return databricks.JobScheduleArgs(
        quartz_cron_expression=model.schedule.cron,
        timezone_id=model.schedule.timezone,
        pause_status=_pause(paused=model.schedule.paused),
    )


def _pause(*, paused: bool) -> str:
    return "PAUSED" if paused else "UNPAUSED"


def _continuous(trigger: Trigger | None) -> databricks.JobContinuousArgs:
    return databricks.JobContinuousArgs(pause_status=_pause(paused=trigger is not None and trigger.paused))


def _trigger(trigger: Trigger | None, around: Surroundings) -> databricks.JobTriggerArgs | None:
    if trigger is None or trigger.continuous:
        return None
    files, tables, every = trigger.files, trigger.tables, trigger.every
    return databricks.JobTriggerArgs(
        pause_status=_pause(paused=trigger.paused),
        file_arrival=databricks.JobTriggerFileArrivalArgs(
            url=_volume_path(files.volume, around) if files.volume else str(files.url),
            min_time_between_triggers_seconds=files.at_most_every,
            wait_after_last_change_seconds=files.settled_for,
        )
        if files
        else None,
        table_update=databricks.JobTriggerTableUpdateArgs(
            table_names=[around.qualified(name) for name in tables.names],
            condition="ALL_UPDATED" if tables.all else "ANY_UPDATED",
            min_time_between_triggers_seconds=tables.at_most_every,
            wait_after_last_change_seconds=tables.settled_for,
        )
        if tables
        else None,
        periodic=databricks.JobTriggerPeriodicArgs(interval=every.interval, unit=every.unit) if every else None,
    )


def _volume_path(volume: str, around: Surroundings) -> pulumi.Output[str]:
    return around.qualified(volume).apply(lambda name: f"/Volumes/{name.replace('.', '/')}/")


def _parameters(model: JobModel, around: Surroundings) -> list[databricks.JobParameterArgs]:
    """In the order of their names; `catalog` is the name of the catalog that the job works in."""
    given: dict[str, pulumi.Input[str]] = dict(model.parameters)
    if model.catalog is not None:
        given["catalog"] = around.catalogs[model.catalog]
    return [databricks.JobParameterArgs(name=name, default=default) for name, default in sorted(given.items())]


def _mails(notify: Notify) -> dict[str, Any] | None:
    heard = {theirs: [one for one in getattr(notify, ours) if "@" in one] for ours, theirs in _EVENTS.items()}
    return {event: addresses for event, addresses in heard.items() if addresses} or None


def _webhooks(notify: Notify, around: Surroundings) -> dict[str, Any] | None:
    heard = {
        theirs: [{"id": around.destinations[one]} for one in getattr(notify, ours) if "@" not in one]
        for ours, theirs in _EVENTS.items()
    }
    return {event: destinations for event, destinations in heard.items() if destinations} or None


def _health(health: Health) -> databricks.JobHealthArgs | None:
    rules = [
        databricks.JobHealthRuleArgs(metric=metric, op="GREATER_THAN", value=getattr(health, key) * unit)
        for key, metric, unit in _METRICS
        if getattr(health, key) is not None
    ]
    return databricks.JobHealthArgs(rules=rules) if rules else None
