"""What the official provider sent for a job, and what it was answered, against this workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from infra.emulator.identity import directory
from tests.emulator.conftest import LiveWorkspace

CALLS = Path(__file__).parents[4] / "shared/data/provider-wire/calls.jsonl"


@pytest.mark.skipif(not CALLS.exists(), reason="needs ../shared/data/provider-wire")
def test_the_official_providers_calls_are_answered_as_recorded(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    calls = [json.loads(line) for line in CALLS.read_text().splitlines()]
    create, read, *_, reset, read_again, delete = [call for call in calls if "/api/2.2/jobs/" in call["path"]]
    name = create["request"]["run_as"]["service_principal_name"]
    principal = {"id": "1", "applicationId": name, "displayName": "dbt", "active": True}
    directory.put(workspace.inside, "service_principal", principal)
    for task in create["request"]["tasks"]:
        used = (task.get("dbt_task") or task["sql_task"])["warehouse_id"]
        workspace.inside.store.put("warehouse", used, {"id": used, "name": "w"})

    job_id = answer(admin, create)["job_id"]
    for call in (read, reset, read_again, delete):
        recorded = json.loads(json.dumps(call).replace(str(create["response"]["job_id"]), str(job_id)))
        actual = answer(admin, recorded)
        if recorded["method"] == "POST":
            assert actual == {}
            continue
        expected = recorded["response"]
        # Databricks' fake workspace, which was recorded, leaves out what the real one answers.
        expected["settings"]["format"] = "MULTI_TASK"
        expected["run_as_user_name"] = name
        expected["creator_user_name"] = admin.current_user.me().user_name
        expected["created_time"] = actual["created_time"]
        assert actual == expected


def answer(admin: WorkspaceClient, call: dict[str, Any]) -> dict[str, Any]:
    """The answer to a recorded request."""
    body = admin.api_client.do(call["method"], call["path"], body=call["request"])
    assert isinstance(body, dict)
    return body
