"""Who may do what with a run: what its job's permissions say; a run of no job is its submitter's and the admins'."""

from __future__ import annotations

from infra.emulator.errors import PermissionDenied
from infra.emulator.identity import access_levels
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace


def may(workspace: Workspace, caller: Caller, wanted: str, run: Document) -> bool:
    """Whether the caller has this level of `jobs`, or a higher one, on the run."""
    if run["run_type"] == "SUBMIT_RUN" and run["creator_user_name"] == caller.name:
        return True
    return access_levels.has(workspace, caller, wanted, "jobs", str(run["job_id"]))


def require(workspace: Workspace, caller: Caller, wanted: str, run: Document) -> None:
    """Raises PermissionDenied unless `may`."""
    if not may(workspace, caller, wanted, run):
        raise PermissionDenied(
            f"{caller.name} does not have {wanted} permissions on run {run['run_id']}."
            " Please contact the owner or an administrator for access."
        )
