"""What a job does: the shape of its tasks, whatever they do (`task_kinds`).

That a task waits for success (`runIf`) the server fills in, which is no difference.
"""

from __future__ import annotations

from infra.providers.databricks.jobs.job_compute import libraries, new_cluster
from infra.providers.databricks.jobs.notifications import email_notifications, health, webhook_notifications
from infra.providers.databricks.jobs.task_kinds import task_kinds
from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, text, zero_block, zero_blocks, zeroed


def tasks() -> Field:
    """The tasks, by key; the state keeps them in the order of their keys."""
    return blocks(
        "tasks",
        *zeroed(*_settings(new_cluster()), *task_kinds(), _for_each_task()),
        wire="task",
        api="tasks",
        key="taskKey",
        sorts=True,
        absent=[],
    )


def _for_each_task() -> Field:
    """A task that is carried out once for each of its inputs; it cannot be such a task itself."""
    return block(
        "forEachTask",
        integer("concurrency"),
        text("inputs", required=True),
        block("task", *_settings(new_cluster(policy_lists=False)), *task_kinds(), required=True),
    )


def _settings(cluster: Field) -> tuple[Field, ...]:
    return (
        zero_blocks(
            "dependsOns", text("outcome"), text("taskKey", required=True), wire="depends_on", key="taskKey", sorts=True
        ),
        text("description"),
        flag("disableAutoOptimization"),
        flag("disabled"),
        email_notifications(),
        text("environmentKey"),
        text("existingClusterId"),
        health(),
        text("jobClusterKey"),
        libraries(),
        integer("maxRetries"),
        integer("minRetryIntervalMillis"),
        cluster,
        zero_block(
            "notificationSettings",
            flag("alertOnLastAttempt"),
            flag("noAlertForCanceledRuns"),
            flag("noAlertForSkippedRuns"),
        ),
        flag("retryOnTimeout", computed=True),
        text("runIf", usual="ALL_SUCCESS"),
        text("taskKey", required=True),
        integer("timeoutSeconds"),
        webhook_notifications(),
    )
