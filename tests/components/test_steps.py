"""The steps of a job: every kind, where each runs, and what it waits for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.program import Registered, number

JOB = "databricks:index/job:Job"
HOME = "/Shared/lakestead/working/delivered"


@pytest.fixture
def steps(working: Registered) -> dict[str, dict[str, Any]]:
    return {one["taskKey"]: one for one in working.inputs(JOB, "whole")["tasks"]}


def test_each_kind_says_what_it_runs(steps: dict[str, dict[str, Any]], working: Registered) -> None:
    """Notebooks and files by path, queries, pipelines and jobs by id, SQL on a warehouse."""
    job = int(number("tidy"))

    assert steps["ingest"]["notebookTask"] == {"notebookPath": f"{HOME}/notebooks/ingest", "baseParameters": {"mode": "new"}}
    assert steps["load"]["sparkPythonTask"] == {
        "pythonFile": f"/Workspace{HOME}/files/load/load.py",
        "parameters": ["--fast"],
    }
    assert steps["count"]["pythonWheelTask"] == {
        "packageName": "tools",
        "entryPoint": "count",
        "namedParameters": {"table": "x"},
    }
    assert steps["refresh"]["sqlTask"] == {
        "warehouseId": "etl-id",
        "file": {"path": "/Workspace/Shared/refresh.sql", "source": "WORKSPACE"},
        "parameters": {"day": "x"},
    }
    assert steps["top"]["sqlTask"] == {"warehouseId": "etl-id", "query": {"queryId": "top-id"}}
    assert steps["all"]["pipelineTask"] == {"pipelineId": "flights-id", "fullRefresh": True}
    assert steps["tidy"]["runJobTask"] == {"jobId": job, "jobParameters": {"keep": "7"}}
    assert steps["models"]["dbtTask"]["projectDirectory"].endswith(str(working.outputs["release"]))


def test_conditions_are_waited_for_by_outcome(steps: dict[str, dict[str, Any]]) -> None:
    """The others by their success alone, unless a step says otherwise."""
    assert steps["is_full"]["conditionTask"] == {"left": "{{job.parameters.day}}", "op": "EQUAL_TO", "right": "all"}
    assert steps["ingest"]["dependsOns"] == [{"taskKey": "is_full", "outcome": "false"}]
    assert steps["all"]["dependsOns"] == [{"taskKey": "is_full", "outcome": "true"}]
    assert (steps["load"]["dependsOns"], steps["load"]["runIf"]) == ([{"taskKey": "ingest"}], "ALL_DONE")
    assert "runIf" not in steps["ingest"]


def test_a_step_is_repeated_for_each_input(steps: dict[str, dict[str, Any]]) -> None:
    """Inputs are a list as JSON, or a reference; the repeated step has a key of its own."""
    each, again = steps["each"]["forEachTask"], steps["again"]["forEachTask"]

    assert (each["inputs"], each["concurrency"]) == ('["de", "fr"]', 2)
    assert each["task"] == {
        "taskKey": "each_each",
        "notebookTask": {"notebookPath": f"{HOME}/notebooks/ingest", "baseParameters": {"country": "{{input}}"}},
    }
    assert (again["inputs"], again["task"]["runJobTask"]["jobId"]) == ("{{tasks.load.values.days}}", int(number("tidy")))


def test_each_step_runs_where_the_file_says(steps: dict[str, dict[str, Any]]) -> None:
    """On a cluster of the job, on a shared one, in a serverless environment, or just serverless."""
    where = {
        key: (one.get("jobClusterKey"), one.get("existingClusterId"), one.get("environmentKey")) for key, one in steps.items()
    }

    assert where["ingest"] == ("main", None, None)
    assert where["shared"] == (None, "shared-id", None)
    assert where["count"] == (None, None, "tools")
    assert (where["load"], where["models"]) == ((None, None, "plain"), (None, None, "dbt"))
    assert {where[key] for key in ("is_full", "all", "refresh", "top", "tidy", "each")} == {(None, None, None)}


def test_attempts_and_libraries(steps: dict[str, dict[str, Any]]) -> None:
    """Minutes and seconds in the API's units; a library by its ending, or a Python requirement."""
    ingest = steps["ingest"]

    assert (ingest["timeoutSeconds"], ingest["maxRetries"], ingest["minRetryIntervalMillis"]) == (1200, 2, 30_000)
    assert ingest["libraries"] == [{"jar": "/Volumes/x/y/z/tool.jar"}, {"pypi": {"package": "polars"}}]


def test_only_environments_that_a_step_names_are_sent(working: Registered) -> None:
    """With what is installed in each."""
    assert working.inputs(JOB, "whole")["environments"] == [
        {"environmentKey": "dbt", "spec": {"environmentVersion": "2", "dependencies": ["dbt-databricks==1.12.0"]}},
        {"environmentKey": "plain", "spec": {"environmentVersion": "2"}},
        {"environmentKey": "tools", "spec": {"environmentVersion": "3", "dependencies": ["pandas==2.2.3"]}},
    ]
    assert "environments" not in working.inputs(JOB, "tidy")


def test_job_clusters(working: Registered) -> None:
    """Limited by a policy or from a pool; one machine alone is told to be both driver and worker."""
    main, one = working.inputs(JOB, "whole")["jobClusters"]

    assert main == {
        "jobClusterKey": "main",
        "newCluster": {
            "sparkVersion": "15.4.x-scala2.12",
            "nodeTypeId": "i3.xlarge",
            "policyId": "small-id",
            "numWorkers": 2,
            "dataSecurityMode": "SINGLE_USER",
            "awsAttributes": {"availability": "ON_DEMAND", "firstOnDemand": 1},
            "runtimeEngine": "PHOTON",
            "sparkConf": {"spark.speculation": "true"},
            "sparkEnvVars": {"MODE": "x"},
            "customTags": {"team": "streaming"},
            "initScripts": [
                {"volumes": {"destination": "/Volumes/streaming/raw/landing/init.sh"}},
                {"workspace": {"destination": "/Shared/init.sh"}},
            ],
        },
    }
    assert one["newCluster"]["instancePoolId"] == "warm-id"
    assert one["newCluster"]["numWorkers"] == 0
    assert one["newCluster"]["sparkConf"]["spark.master"] == "local[*]"
    assert "awsAttributes" not in one["newCluster"]


def test_what_starts_a_job(working: Registered) -> None:
    """Files, tables, a period, or the end of the run before; catalogs by their names here."""
    triggers: dict[str, Any] = {key: working.inputs(JOB, key).get("trigger") for key in ("whole", "tidy", "follow", "endless")}

    assert triggers["whole"] == {
        "pauseStatus": "UNPAUSED",
        "fileArrival": {
            "url": "/Volumes/streaming_working/raw/landing/",
            "minTimeBetweenTriggersSeconds": 300,
            "waitAfterLastChangeSeconds": 60,
        },
    }
    assert triggers["tidy"] == {"pauseStatus": "PAUSED", "periodic": {"interval": 2, "unit": "HOURS"}}
    assert triggers["follow"]["tableUpdate"] == {
        "tableNames": ["streaming_working.gold.fct_watches"],
        "condition": "ALL_UPDATED",
    }
    assert triggers["endless"] is None
    assert working.inputs(JOB, "endless")["continuous"] == {"pauseStatus": "UNPAUSED"}
    assert "queue" not in working.inputs(JOB, "endless")


def test_who_hears_of_a_job(working: Registered) -> None:
    """Addresses by mail, destinations by id, each for its events; what is too slow or too much is said beside."""
    job = working.inputs(JOB, "whole")

    assert job["emailNotifications"] == {
        "onFailures": ["data@example.com"],
        "onDurationWarningThresholdExceededs": ["data@example.com"],
    }
    assert job["webhookNotifications"] == {
        "onStarts": [{"id": "on-call-id"}],
        "onFailures": [{"id": "on-call-id"}],
        "onStreamingBacklogExceededs": [{"id": "mail-id"}],
    }
    assert job["health"]["rules"] == [
        {"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": 1800},
        {"metric": "STREAMING_BACKLOG_FILES", "op": "GREATER_THAN", "value": 100},
    ]


def test_a_job_as_a_whole(working: Registered) -> None:
    """Parameters with the catalog's name among them, how it runs, how it is tagged, and as whom."""
    job = working.inputs(JOB, "whole")

    assert job["parameters"] == [
        {"name": "catalog", "default": "streaming_working"},
        {"name": "day", "default": "2026-01-01"},
    ]
    assert (job["maxConcurrentRuns"], job["performanceTarget"], job["budgetPolicyId"]) == (2, "STANDARD", "policy-streaming")
    assert working.inputs(JOB, "tidy")["runAs"] == {"userName": "ann@example.com"}
    assert working.inputs(JOB, "tidy")["queue"] == {"enabled": False}
