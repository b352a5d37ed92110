"""Every kind of task: the shape of what one does. A task has one of them.

Where a file comes from (`source`) the server fills in, which is no difference.
"""

from __future__ import annotations

from infra.providers.databricks.shapes import Field, block, blocks, flag, integer, mapping, text, texts


def task_kinds() -> tuple[Field, ...]:
    """One block a kind."""
    return (*_sql_kinds(), *_code_kinds(), *_control_kinds(), *_other_kinds())


def _sql_kinds() -> tuple[Field, ...]:
    return (
        block(
            "dbtTask",
            text("catalog"),
            texts("commands", required=True),
            text("profilesDirectory"),
            text("projectDirectory"),
            text("schema", default="default"),
            text("source", computed=True),
            text("warehouseId"),
        ),
        block("dbtCloudTask", text("connectionResourceName"), integer("dbtCloudJobId")),
        block("dbtPlatformTask", text("connectionResourceName"), text("dbtPlatformJobId")),
        block(
            "sqlTask",
            block("alert", text("alertId", required=True), flag("pauseSubscriptions"), _people("subscriptions")),
            block(
                "dashboard",
                text("customSubject"),
                text("dashboardId", required=True),
                flag("pauseSubscriptions"),
                _people("subscriptions"),
            ),
            block("file", text("path", required=True), text("source", computed=True)),
            mapping("parameters"),
            block("query", text("queryId", required=True)),
            text("warehouseId", required=True),
        ),
        block("alertTask", text("alertId"), _people("subscribers"), text("warehouseId"), text("workspacePath")),
        block(
            "dashboardTask",
            text("dashboardId"),
            mapping("filters"),
            block("subscription", text("customSubject"), flag("paused"), _people("subscribers")),
            text("warehouseId"),
        ),
        block(
            "powerBiTask",
            text("connectionResourceName"),
            block(
                "powerBiModel",
                text("authenticationMethod"),
                text("modelName"),
                flag("overwriteExisting"),
                text("storageMode"),
                text("workspaceName"),
            ),
            flag("refreshAfterUpdate"),
            blocks("tables", text("catalog"), text("name"), text("schema"), text("storageMode")),
            text("warehouseId"),
        ),
    )


def _people(name: str) -> Field:
    """Who is told."""
    return blocks(name, text("destinationId"), text("userName"))


def _code_kinds() -> tuple[Field, ...]:
    return (
        block(
            "notebookTask",
            mapping("baseParameters"),
            text("notebookPath", required=True),
            text("source", computed=True),
            text("warehouseId"),
        ),
        block("sparkPythonTask", texts("parameters"), text("pythonFile", required=True), text("source", computed=True)),
        block("pythonWheelTask", text("entryPoint"), mapping("namedParameters"), text("packageName"), texts("parameters")),
        block("sparkJarTask", text("jarUri"), text("mainClassName"), texts("parameters"), flag("runAsRepl", computed=True)),
        block("sparkSubmitTask", texts("parameters")),
        block("pythonOperatorTask", text("main"), blocks("parameters", text("name"), text("value"))),
    )


def _control_kinds() -> tuple[Field, ...]:
    refreshed = (
        flag("fullRefresh"),
        texts("fullRefreshSelections", wire="full_refresh_selection"),
        texts("refreshFlowSelections", wire="refresh_flow_selection"),
        texts("refreshSelections", wire="refresh_selection"),
        texts("resetCheckpointSelections", wire="reset_checkpoint_selection"),
    )
    return (
        block("conditionTask", text("left", required=True), text("op", required=True), text("right", required=True)),
        block("pipelineTask", *refreshed, mapping("parameters"), text("pipelineId", required=True)),
        block(
            "runJobTask",
            texts("dbtCommands"),
            texts("jarParams"),
            integer("jobId", required=True),
            mapping("jobParameters"),
            mapping("notebookParams"),
            block("pipelineParams", *refreshed),
            mapping("pythonNamedParams"),
            texts("pythonParams"),
            texts("sparkSubmitParams"),
            mapping("sqlParams"),
        ),
    )


def _other_kinds() -> tuple[Field, ...]:
    return (
        block("compute", text("hardwareAccelerator")),
        block(
            "aiRuntimeTask",
            text("codeSourcePath"),
            blocks(
                "deployments",
                text("commandPath", required=True),
                block(
                    "compute",
                    integer("acceleratorCount", required=True),
                    text("acceleratorType", required=True),
                    required=True,
                ),
                text("name"),
                required=True,
            ),
            text("dockerImageUrl"),
            text("experiment", required=True),
            text("mlflowArtifactLocation"),
            text("mlflowExperimentDirectory"),
            text("mlflowRun"),
        ),
        block(
            "cleanRoomsNotebookTask",
            text("cleanRoomName", required=True),
            text("etag"),
            mapping("notebookBaseParameters"),
            text("notebookName", required=True),
        ),
        block(
            "genAiComputeTask",
            text("command"),
            block("compute", text("gpuNodePoolId"), text("gpuType"), integer("numGpus", required=True)),
            text("dlRuntimeImage", required=True),
            text("mlflowExperimentName"),
            text("source"),
            text("trainingScriptPath"),
            text("yamlParameters"),
            text("yamlParametersFilePath"),
        ),
    )
