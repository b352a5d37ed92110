"""The states of runs and task runs, kept as one phase, one result and one message, shown in both shapes of the API. Pure.

`state` (life cycle and result) and `status` (lifecycle v2 and termination details) as in databricks-sdk's RunState and
RunStatus.
"""

from __future__ import annotations

from typing import Any, Final

from infra.emulator.store import Document

QUEUED: Final = "QUEUED"
BLOCKED: Final = "BLOCKED"
PENDING: Final = "PENDING"
RUNNING: Final = "RUNNING"
WAITING_FOR_RETRY: Final = "WAITING_FOR_RETRY"
TERMINATING: Final = "TERMINATING"
TERMINATED: Final = "TERMINATED"
SKIPPED: Final = "SKIPPED"
INTERNAL_ERROR: Final = "INTERNAL_ERROR"

#: Phases that nothing leaves, but for a repair.
FINAL: Final = frozenset({TERMINATED, SKIPPED, INTERNAL_ERROR})

#: The result of what the workspace itself failed at; the API calls it FAILED.
ERROR: Final = "ERROR"
#: Results of tasks that were never started, because of others.
NOT_RUN: Final = {
    "UPSTREAM_FAILED": "An upstream task failed.",
    "UPSTREAM_CANCELED": "An upstream task was canceled.",
    "EXCLUDED": "The run_if condition was not met.",
    "DISABLED": "The task is disabled.",
}

_CODES: Final = {
    ERROR: "INTERNAL_ERROR",
    "SUCCESS": "SUCCESS",
    "SUCCESS_WITH_FAILURES": "SUCCESS_WITH_FAILURES",
    "FAILED": "RUN_EXECUTION_ERROR",
    "TIMEDOUT": "CANCELED",
    "CANCELED": "USER_CANCELED",
    "UPSTREAM_FAILED": "SKIPPED",
    "UPSTREAM_CANCELED": "SKIPPED",
    "EXCLUDED": "SKIPPED",
    "DISABLED": "DISABLED",
    "MAXIMUM_CONCURRENT_RUNS_REACHED": "MAX_CONCURRENT_RUNS_EXCEEDED",
}
_V2: Final = {WAITING_FOR_RETRY: "WAITING", SKIPPED: TERMINATED, INTERNAL_ERROR: TERMINATED}


def final_phase(result: str) -> str:
    """The phase in which a task run with this result ends."""
    if result == ERROR:
        return INTERNAL_ERROR
    return SKIPPED if result in NOT_RUN or result == "MAXIMUM_CONCURRENT_RUNS_REACHED" else TERMINATED


def is_final(run: Document) -> bool:
    """Whether the run or task run has ended."""
    return run["phase"] in FINAL


def shown(run: Document) -> dict[str, Any]:
    """`state` and `status` of a run or task run."""
    phase, result, message = run["phase"], run.get("result"), run.get("message", "")
    state: dict[str, Any] = {"life_cycle_state": phase, "state_message": message}
    status: dict[str, Any] = {"state": _V2.get(phase, phase)}
    if result and phase in FINAL:
        state["result_state"] = "FAILED" if result == ERROR else result
    state["user_cancelled_or_timedout"] = result in ("CANCELED", "TIMEDOUT")
    if phase == QUEUED:
        state["queue_reason"] = message
        status["queue_details"] = {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": message}
    if result:
        status["termination_details"] = {"code": _CODES[result], "type": _blame(result), "message": message}
    return {"state": state, "status": status}


def _blame(result: str) -> str:
    if result in ("SUCCESS", "SUCCESS_WITH_FAILURES", "EXCLUDED"):
        return "SUCCESS"
    return "INTERNAL_ERROR" if result == ERROR else "CLIENT_ERROR"
