"""Following a run, against a workspace that answers as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.operations.dbt_log import Counts
from infra.operations.errors import NotDeployed, RunError
from infra.operations.job_runs import Runs, job_id
from infra.operations.run_events import NodeEnded, RunEvent, TaskEnded, TaskStarted
from infra.providers.databricks.errors import Absent

SEED = "1 of 1 OK loaded seed file raw.users ........ [INSERT 5 in 0.20s]"
TEST = "1 of 2 PASS not_null_id ........ [PASS in 0.10s]"
FAIL = "2 of 2 FAIL 3 unique_id ........ [FAIL 3 in 0.10s]"
DONE = "Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1"


def task(key: str, run: int, life: str, result: str = "") -> dict[str, Any]:
    state = {"life_cycle_state": life, **({"result_state": result} if result else {})}
    return {"task_key": key, "run_id": run, "state": state, "start_time": 1000, "end_time": 3500 if result else 0}


class Workspace:
    """Answers `runs/get` with one look after another; a task's log is what `logs` has by then."""

    def __init__(self, looks: list[tuple[dict[str, Any], dict[int, str]]]) -> None:
        self._looks = looks
        self._logs: dict[int, str] = {}
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> dict[str, Any]:
        operation = path.removeprefix("/api/2.2/jobs/")
        if method == "POST":
            assert repeatable
            self.sent.append((operation, body or {}))
            return {"run_id": 42}
        if operation == "runs/get-output":
            return {"logs": self._logs.get((query or {})["run_id"], "")}
        if (query or {})["run_id"] != 42:
            raise Absent("GET runs/get answered INVALID_PARAMETER_VALUE: Run 5 does not exist.", "INVALID_PARAMETER_VALUE")
        answer, self._logs = self._looks.pop(0) if self._looks else ({"job_id": 9}, {})
        return {"job_id": 9, **answer}


def look(state: dict[str, str], *tasks: dict[str, Any], **logs: str) -> tuple[dict[str, Any], dict[int, str]]:
    return {"state": state, "tasks": list(tasks)}, {int(run[1:]): text for run, text in logs.items()}


RUNNING = {"life_cycle_state": "RUNNING"}


def follow(workspace: Workspace) -> tuple[list[RunEvent], Any, list[float]]:
    events: list[RunEvent] = []
    pauses: list[float] = []
    runs = Runs(workspace, "nightly", 9, "http://127.0.0.1:1")
    return events, runs.follow(42, events.append, sleep=pauses.append), pauses


def test_each_node_is_told_once_and_in_order() -> None:
    looks = [
        look(RUNNING, task("seed", 1, "PENDING"), task("test", 2, "BLOCKED")),
        look(RUNNING, task("seed", 1, "RUNNING"), task("test", 2, "BLOCKED")),
        look(RUNNING, task("seed", 1, "RUNNING"), task("test", 2, "BLOCKED"), r1=SEED),
        look(RUNNING, task("seed", 1, "TERMINATED", "SUCCESS"), task("test", 2, "RUNNING"), r1=f"{SEED}\n{DONE}", r2=TEST),
        look(
            {"life_cycle_state": "TERMINATED", "result_state": "FAILED"},
            task("seed", 1, "TERMINATED", "SUCCESS"),
            task("test", 2, "TERMINATED", "FAILED"),
            r2=f"{TEST}\n{FAIL}\nDone. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2",
        ),
    ]
    events, result, pauses = follow(Workspace(looks))

    told = [(type(event).__name__, event.task, event.node.name if isinstance(event, NodeEnded) else "") for event in events]
    assert told == [
        ("TaskStarted", "seed", ""),
        ("NodeEnded", "seed", "users"),
        ("TaskEnded", "seed", ""),
        ("TaskStarted", "test", ""),
        ("NodeEnded", "test", "not_null_id"),
        ("NodeEnded", "test", "unique_id"),
        ("TaskEnded", "test", ""),
    ]
    assert (result.state, result.succeeded) == ("FAILED", False)
    assert result.counts == Counts(passed=2, errors=1, total=3)
    assert [task.seconds for task in result.tasks] == [2.5, 2.5]
    assert len(pauses) == 4


def test_a_task_that_was_never_started_is_told_as_ended_only() -> None:
    ended = {"life_cycle_state": "TERMINATED", "result_state": "FAILED"}
    events, _, _ = follow(Workspace([look(ended, task("gold", 3, "SKIPPED", "UPSTREAM_FAILED"))]))

    assert events == [TaskEnded("gold", "UPSTREAM_FAILED", 2.5)]
    assert not any(isinstance(event, TaskStarted) for event in events)


def test_a_run_is_started_so_that_it_cannot_start_twice() -> None:
    workspace = Workspace([])

    assert Runs(workspace, "nightly", 9, "http://127.0.0.1:1").start() == 42

    [(operation, body)] = workspace.sent
    assert (operation, body["job_id"]) == ("run-now", 9)
    assert len(body["idempotency_token"]) > 30


def test_only_runs_of_the_job_can_be_followed_or_cancelled() -> None:
    with pytest.raises(RunError, match="no run 5"):
        Runs(Workspace([]), "nightly", 9, "http://127.0.0.1:1").existing(5)
    with pytest.raises(RunError, match="run 42 is not a run of weekly"):
        Runs(Workspace([]), "weekly", 8, "http://127.0.0.1:1").existing(42)


def test_a_run_is_cancelled_by_its_id() -> None:
    workspace = Workspace([])
    Runs(workspace, "nightly", 9, "http://127.0.0.1:1").cancel(42)

    assert workspace.sent == [("runs/cancel", {"run_id": 42})]


def test_a_job_is_found_in_the_outputs() -> None:
    assert job_id({"jobs": {"nightly": "9"}}, "nightly", "local") == 9
    with pytest.raises(NotDeployed, match="no job `weekly`"):
        job_id({"jobs": {"nightly": "9"}}, "weekly", "local")
    with pytest.raises(NotDeployed, match="no job yet"):
        job_id({}, "nightly", "local")
