"""Jobs that start by themselves: when they are due by the workspace's clock, and not when they are paused."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import VolumeType

from infra.emulator.jobs.quartz_times import next_fire
from tests.emulator.conftest import LiveWorkspace
from tests.emulator.jobs.conftest import Script

PATIENCE = 20.0


@pytest.mark.parametrize(
    ("expression", "timezone", "after", "expected"),
    [
        ("0 0 6 * * ?", "UTC", "2026-11-21 05:59:59", "2026-11-21 06:00:00"),
        ("0 0 6 * * ?", "UTC", "2026-11-21 06:00:00", "2026-11-22 06:00:00"),
        ("0 0/15 8-9 ? * MON-FRI", "UTC", "2026-11-20 09:46:00", "2026-11-23 08:00:00"),
        ("0 0 0 L * ?", "UTC", "2026-11-21 00:00:00", "2026-11-30 00:00:00"),
        ("0 0 0 LW 10 ?", "UTC", "2026-10-01 00:00:00", "2026-10-30 00:00:00"),
        ("0 0 0 15W 8 ?", "UTC", "2026-08-01 00:00:00", "2026-08-14 00:00:00"),
        ("0 0 0 ? * FRI#2", "UTC", "2026-11-01 00:00:00", "2026-11-13 00:00:00"),
        ("0 0 0 ? * 6L", "UTC", "2026-11-01 00:00:00", "2026-11-27 00:00:00"),
        ("0 0 0 ? * SAT,SUN", "UTC", "2026-11-16 00:00:00", "2026-11-21 00:00:00"),
        ("0 0 0 29 2 ?", "UTC", "2026-01-01 00:00:00", "2028-02-29 00:00:00"),
        ("0 30 2 * * ?", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-30 02:30:00"),
        ("30 0 0 1 1 ? 2020", "UTC", "2026-01-01 00:00:00", None),
    ],
)
def test_a_cron_expression_fires_next_when_quartz_says(
    expression: str, timezone: str, after: str, expected: str | None
) -> None:
    """Times are local to the schedule's zone."""
    zone = ZoneInfo(timezone)
    found = next_fire(expression, timezone, datetime.fromisoformat(after).replace(tzinfo=zone).timestamp())
    shown = None if found is None else datetime.fromtimestamp(found, zone).strftime("%Y-%m-%d %H:%M:%S")
    assert shown == expected


@pytest.fixture
def moved(workspace: LiveWorkspace) -> Iterator[LiveWorkspace]:
    """A workspace whose clock is put right afterwards."""
    yield workspace
    workspace.inside.clock.offset = 0.0


def made(admin: WorkspaceClient, **settings: Any) -> int:
    """A job whose one task is a condition, and does what the script says."""
    task = {"task_key": "only", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}
    body = {"name": "triggered", "tasks": [task], **settings}
    return int(admin.api_client.do("POST", "/api/2.2/jobs/create", body=body)["job_id"])


def triggers_of(admin: WorkspaceClient, job_id: int, count: int) -> list[str]:
    """What has started the job's runs, once there are so many."""
    until = time.monotonic() + PATIENCE
    while len(found := list(admin.jobs.list_runs(job_id=job_id))) < count and time.monotonic() < until:
        continue
    return [run.trigger.value for run in found if run.trigger]


def test_a_schedule_and_a_period_start_their_jobs(moved: LiveWorkspace, admin: WorkspaceClient, script: Script) -> None:
    """Once for each time that the clock goes past; a paused one, and one that was deleted, never."""
    cron = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
    scheduled, paused = made(admin, schedule=cron), made(admin, schedule=cron | {"pause_status": "PAUSED"})
    periodic = made(admin, trigger={"periodic": {"interval": 2, "unit": "HOURS"}})
    gone = made(admin, schedule=cron)
    admin.jobs.delete(gone)
    moved.inside.clock.offset = 86_400 * 3
    assert triggers_of(admin, scheduled, 1) == ["PERIODIC"]
    assert triggers_of(admin, periodic, 1) == ["PERIODIC"]
    moved.inside.clock.offset = 86_400 * 4
    assert triggers_of(admin, scheduled, 2) == ["PERIODIC", "PERIODIC"]
    assert list(admin.jobs.list_runs(job_id=paused)) == []
    assert moved.inside.store.get("job_trigger", str(gone)) is None


def test_files_that_arrive_start_a_job(moved: LiveWorkspace, admin: WorkspaceClient, script: Script) -> None:
    """Those that were there before do not."""
    admin.catalogs.create("arrivals")
    admin.schemas.create("raw", "arrivals")
    admin.volumes.create("arrivals", "raw", "in", VolumeType.MANAGED)
    folder = "/Volumes/arrivals/raw/in/orders"
    admin.files.upload(f"{folder}/old.csv", io.BytesIO(b"1"))
    job_id = made(admin, trigger={"file_arrival": {"url": f"{folder}/"}})
    moved.inside.clock.offset = 60.0
    admin.files.upload(f"{folder}/deep/new.csv", io.BytesIO(b"2"))
    assert triggers_of(admin, job_id, 1) == ["FILE_ARRIVAL"]
