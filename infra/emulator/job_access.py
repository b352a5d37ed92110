"""Who may do what with a job and its runs.

Levels as databricks-sdk's JobPermissionLevel: CAN_VIEW < CAN_MANAGE_RUN < CAN_MANAGE < IS_OWNER. Admins manage every job. A
run of no job is its submitter's and the admins'.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.errors import PermissionDenied
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

LEVELS: Final = ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER")


def level_of(workspace: Workspace, caller: Caller, job_id: int) -> str | None:
    """The caller's highest level on a job, None without any."""
    if caller.is_admin:
        return "CAN_MANAGE"
    job = workspace.store.get("job", str(job_id))
    return "IS_OWNER" if job is not None and job["creator_user_name"] == caller.name else None


def require(workspace: Workspace, caller: Caller, job_id: int, level: str) -> None:
    """Raises PermissionDenied if the caller has less than `level` on the job."""
    have = level_of(workspace, caller, job_id)
    if have is None or LEVELS.index(have) < LEVELS.index(level):
        raise PermissionDenied(f"User {caller.name} does not have {level} permission on job {job_id}.")


def sees_run(workspace: Workspace, caller: Caller, run: Document, level: str = "CAN_VIEW") -> bool:
    """Whether the caller has `level` on a run: its job's, or by having submitted it."""
    if caller.is_admin or (run["creator_user_name"] == caller.name and run["run_type"] == "SUBMIT_RUN"):
        return True
    have = level_of(workspace, caller, run["job_id"])
    return have is not None and LEVELS.index(have) >= LEVELS.index(level)


def require_run(workspace: Workspace, caller: Caller, run: Document, level: str) -> None:
    """Raises PermissionDenied if the caller has less than `level` on the run."""
    if not sees_run(workspace, caller, run, level):
        raise PermissionDenied(f"User {caller.name} does not have {level} permission on run {run['run_id']}.")


def owner_of(workspace: Workspace, job: Document) -> str:
    """Who has IS_OWNER, or else the creator."""
    return str(job["creator_user_name"])


def grant_owner(workspace: Workspace, job_id: int, caller: Caller) -> None:
    """Make the caller the owner of a job just created."""


def set_access(workspace: Workspace, caller: Caller, job_id: int, access: list[Any]) -> None:
    """Set the job's access control list."""


def forget(workspace: Workspace, job_id: int) -> None:
    """Drop the access control list of a deleted job."""
