"""What a job does: the shape of its tasks. Kinds of tasks that are not supported are refused by name.

Where a file comes from (`source`) and that a task waits for success (`runIf`) the server fills in, which is no difference.
"""

from __future__ import annotations

from typing import Final

from infra.providers.databricks.jobs.job_compute import libraries, new_cluster
from infra.providers.databricks.jobs.notifications import email_notifications, health, webhook_notifications
from infra.providers.databricks.shapes import (
    Field,
    blocks,
    flag,
    integer,
    mapping,
    text,
    texts,
    unsupported,
    zero_block,
    zero_blocks,
    zeroed,
)

_REFUSED: Final = (
    "aiRuntimeTask",
    "alertTask",
    "cleanRoomsNotebookTask",
    "compute",
    "dashboardTask",
    "dbtCloudTask",
    "dbtPlatformTask",
    "forEachTask",
    "genAiComputeTask",
    "powerBiTask",
    "pythonOperatorTask",
    "sparkSubmitTask",
)


def tasks() -> Field:
    """The tasks, by key; the state keeps them in the order of their keys."""
    return blocks(
        "tasks",
        *zeroed(*_settings(), *_kinds(), *(unsupported(name) for name in _REFUSED)),
        wire="task",
        api="tasks",
        key="taskKey",
        sorts=True,
        absent=[],
    )


def _settings() -> tuple[Field, ...]:
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
        new_cluster(),
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


def _kinds() -> tuple[Field, ...]:
    return (
        _dbt_task(),
        _sql_task(),
        zero_block(
            "notebookTask",
            mapping("baseParameters"),
            text("notebookPath", required=True),
            text("source", computed=True),
            text("warehouseId"),
        ),
        zero_block("sparkPythonTask", texts("parameters"), text("pythonFile", required=True), text("source", computed=True)),
        zero_block("pythonWheelTask", text("entryPoint"), mapping("namedParameters"), text("packageName"), texts("parameters")),
        zero_block(
            "sparkJarTask", text("jarUri"), text("mainClassName"), texts("parameters"), flag("runAsRepl", computed=True)
        ),
        zero_block("conditionTask", text("left", required=True), text("op", required=True), text("right", required=True)),
        zero_block(
            "pipelineTask",
            flag("fullRefresh"),
            texts("fullRefreshSelections", wire="full_refresh_selection"),
            mapping("parameters"),
            text("pipelineId", required=True),
            texts("refreshFlowSelections", wire="refresh_flow_selection"),
            texts("refreshSelections", wire="refresh_selection"),
            texts("resetCheckpointSelections", wire="reset_checkpoint_selection"),
        ),
        _run_job_task(),
    )


def _dbt_task() -> Field:
    return zero_block(
        "dbtTask",
        text("catalog"),
        texts("commands", required=True),
        text("profilesDirectory"),
        text("projectDirectory"),
        text("schema", default="default"),
        text("source", computed=True),
        text("warehouseId"),
    )


def _sql_task() -> Field:
    return zero_block(
        "sqlTask",
        unsupported("alert"),
        unsupported("dashboard"),
        zero_block("file", text("path", required=True), text("source", computed=True)),
        mapping("parameters"),
        zero_block("query", text("queryId", required=True)),
        text("warehouseId", required=True),
    )


def _run_job_task() -> Field:
    return zero_block(
        "runJobTask",
        texts("dbtCommands"),
        texts("jarParams"),
        integer("jobId", required=True),
        mapping("jobParameters"),
        mapping("notebookParams"),
        unsupported("pipelineParams"),
        mapping("pythonNamedParams"),
        texts("pythonParams"),
        texts("sparkSubmitParams"),
        mapping("sqlParams"),
    )
