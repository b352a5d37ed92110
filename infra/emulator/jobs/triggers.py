"""What starts a job by itself, and which is due: a cron schedule, a period, files that arrive.

databricks-sdk `jobs.CronSchedule`, `PeriodicTriggerConfiguration`, `FileArrivalTriggerConfiguration`. A trigger that is not
paused has a document beside its job's, which says from when on it counts; `infra.emulator.jobs.scheduler` starts the job.
Continuous jobs, updates of tables and models, and conditions in SQL start nothing here.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import WorkspaceError
from infra.emulator.files import volume_files
from infra.emulator.jobs.quartz_times import next_fire
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

KIND: Final = "job_trigger"
_SECONDS: Final = {"HOURS": 3600, "DAYS": 86_400, "WEEKS": 604_800}


def note(workspace: Workspace, job: Document) -> None:
    """A job was made or changed: its trigger counts from now on, if it has another one than before."""
    key, trigger = str(job["job_id"]), active(job["settings"])
    if trigger is None:
        workspace.store.delete(KIND, key)
        return
    known = workspace.store.get(KIND, key)
    if known is None or known["trigger"] != trigger:
        workspace.store.put(KIND, key, counted(workspace, trigger))


def forget(workspace: Workspace, job_id: int) -> None:
    """A job is gone."""
    workspace.store.delete(KIND, str(job_id))


def active(settings: Document) -> Document | None:
    """The trigger that is not paused and can fire here, as one object of the field it stands in."""
    schedule, trigger = settings.get("schedule"), settings.get("trigger")
    if schedule and schedule.get("pause_status") != "PAUSED":
        return {"schedule": schedule}
    if trigger and trigger.get("pause_status") != "PAUSED":
        return next(({name: trigger[name]} for name in ("periodic", "file_arrival") if trigger.get(name)), None)
    return None


def counted(workspace: Workspace, trigger: Document) -> Document:
    """A trigger that counts from now on."""
    document: Document = {"trigger": trigger, "since": workspace.clock.now()}
    if "file_arrival" in trigger:
        return document | {"seen": _newest(workspace, trigger)}
    return document | {"due": _due(trigger, document["since"])}


def kind(trigger: Document) -> str:
    """What a run says has started it."""
    return "FILE_ARRIVAL" if "file_arrival" in trigger else "PERIODIC"


def fired(workspace: Workspace, document: Document) -> Document | None:
    """The trigger's document after its fire, if it is due now; several that were missed are one. None if it is not."""
    now, trigger = workspace.clock.now(), document["trigger"]
    if "file_arrival" not in trigger:
        due = document["due"]
        return None if due is None or due > now else document | {"since": now, "due": _due(trigger, now)}
    newest, waits = _newest(workspace, trigger), trigger["file_arrival"]
    quiet = now * 1000 - newest >= int(waits.get("wait_after_last_change_seconds") or 0) * 1000
    rested = now - document.get("fired", 0) >= int(waits.get("min_time_between_triggers_seconds") or 0)
    return document | {"seen": newest, "fired": now} if newest > document["seen"] and quiet and rested else None


def _due(trigger: Document, after: float) -> float | None:
    if "schedule" in trigger:
        return next_fire(trigger["schedule"]["quartz_cron_expression"], trigger["schedule"]["timezone_id"], after)
    periodic = trigger["periodic"]
    return after + int(periodic.get("interval") or 1) * _SECONDS[periodic["unit"]]


def _newest(workspace: Workspace, trigger: Document) -> int:
    """When the newest file at the trigger's place was written, in milliseconds; 0 for a place that is not there."""
    url = str(trigger["file_arrival"]["url"])
    try:
        return volume_files.newest(workspace, volume_files.place(workspace, url).key if url.startswith("/Volumes/") else url)
    except WorkspaceError:
        return 0
