"""Jobs of dbt commands."""

from __future__ import annotations

import json
import shlex

from tests.stacks.program import Registered, number

JOB = "databricks:index/job:Job"


def test_a_job_is_what_the_file_says(rich: Registered) -> None:
    """Serverless compute, one run at a time, as its service principal."""
    job = {key: value for key, value in rich.inputs(JOB, "daily").items() if key != "tasks"}

    assert job == {
        "name": "Every morning",
        "description": "What has to be there at seven",
        "maxConcurrentRuns": 1,
        "queue": {"enabled": True},
        "timeoutSeconds": 5400,
        "tags": {"team": "streaming"},
        "runAs": {"servicePrincipalName": "app-runner"},
        "schedule": {"quartzCronExpression": "0 0 6 * * ?", "timezoneId": "Europe/Berlin", "pauseStatus": "PAUSED"},
        "emailNotifications": {"onFailures": ["data@example.com"]},
        "environments": [
            {"environmentKey": "dbt", "spec": {"environmentVersion": "2", "dependencies": ["dbt-databricks==1.12.0"]}}
        ],
    }


def test_a_job_that_says_little_sends_little(rich: Registered) -> None:
    """What is left out is left to the platform, so that it is no difference later."""
    assert set(rich.inputs(JOB, "by-hand")) == {"name", "maxConcurrentRuns", "queue", "runAs", "environments", "tasks"}


def test_tasks_run_dbt_on_the_release(rich: Registered) -> None:
    """Sorted by their keys, as the platform answers them; each on the warehouse, in the catalog, after the earlier ones."""
    build, check, wait = rich.inputs(JOB, "daily")["tasks"]

    assert [one["taskKey"] for one in (build, check, wait)] == ["build", "check", "wait"]
    assert (build["dependsOns"], build["maxRetries"]) == ([{"taskKey": "wait"}], 2)
    assert check["dependsOns"] == [{"taskKey": "build"}, {"taskKey": "wait"}]
    assert "dependsOns" not in wait
    assert {**build["dbtTask"], "commands": None} == {
        "commands": None,
        "source": "WORKSPACE",
        "projectDirectory": f"/Workspace/Shared/lakestead/rich/releases/{rich.outputs['release']}",
        "warehouseId": "etl-id",
        "catalog": "streaming_rich",
        "schema": "gold",
    }


def test_commands_carry_the_variables_through_any_quotes(rich: Registered) -> None:
    """A command is split as a shell splits it; what arrives is what the file says, and the environment's name."""
    commands = [shlex.split(command) for command in rich.inputs(JOB, "daily")["tasks"][0]["dbtTask"]["commands"]]

    assert [command[:3] for command in commands] == [["dbt", "seed", "--vars"], ["dbt", "run", "--vars"]]
    assert json.loads(commands[0][3]) == {"environment": "rich", "it's": "a 'quoted' word", "lookback_days": 45}


def test_a_job_waits_for_everything_that_its_run_needs(rich: Registered) -> None:
    """Files, grants, permissions and secrets are there before a schedule can start it."""
    order = [(one["type"].rpartition(":")[2], one["name"]) for one in rich.resources]
    first_job = order.index(("Job", "daily"))
    late = [kind for kind, _ in order[first_job:] if kind not in {"Job", "Permissions"}]

    assert late == []
    assert {name for kind, name in order[first_job:] if kind == "Permissions"} == {"daily"}


def test_permissions_of_a_job(rich: Registered) -> None:
    """Who may see it and who may start it."""
    assert rich.inputs("Permissions", "daily") == {
        "jobId": number("daily"),
        "accessControls": [
            {"groupName": "All of us", "permissionLevel": "CAN_VIEW"},
            {"servicePrincipalName": "app-loader", "permissionLevel": "CAN_MANAGE_RUN"},
        ],
    }
