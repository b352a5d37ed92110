"""Running a job of an environment and following it: tasks, and the dbt nodes in them as they end.

Uses the Jobs API 2.2 (run-now, runs/get, runs/get-output, runs/cancel). It leaves out what a job is: that is the program's.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from infra.operations import dbt_log
from infra.operations.errors import NotDeployed, RunError
from infra.operations.outputs import outputs
from infra.operations.run_events import NodeEnded, RunEvent, RunResult, TaskEnded, TaskResult, TaskStarted
from infra.operations.settings import Settings
from infra.operations.target import open_target
from infra.operations.workspace_api import client
from infra.providers.databricks.errors import Absent

_API = "/api/2.2/jobs"
#: Seconds between two looks at a run: on this machine, and elsewhere.
_LOCAL_PAUSE = 0.2
_PAUSE = 3.0
_ENDED = frozenset({"TERMINATED", "SKIPPED", "INTERNAL_ERROR"})
_WAITING = frozenset({"BLOCKED", "PENDING", "QUEUED", "WAITING_FOR_RETRY"})
#: Lines of a task's log that are kept for one that failed without a word about a node.
_LOG_LINES = 20


class Api(Protocol):
    """A workspace's REST API, as `infra.providers.databricks.client.Client` has it."""

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = False,
    ) -> dict[str, Any]:
        """Send a request, answer its JSON."""


def job_id(outputs: Mapping[str, Any], job: str, environment: str) -> int:
    """The id of a job from the stack's outputs; raises `NotDeployed`."""
    jobs = outputs.get("jobs")
    if not isinstance(jobs, Mapping) or not jobs:
        raise NotDeployed(f"{environment} has no job yet", remedy=f"Provision it: lakestead up {environment}")
    if job not in jobs:
        raise NotDeployed(f"{environment} has no job `{job}`", why=f"It has: {', '.join(sorted(jobs))}.")
    return int(jobs[job])


class Runs:
    """The runs of one job of an environment."""

    def __init__(self, api: Api, job: str, job_id: int, host: str) -> None:
        self._api = api
        self._job = job
        self._job_id = job_id
        self.host = host

    @classmethod
    def open(cls, settings: Settings, environment: str, job: str, variables: Mapping[str, str]) -> Runs:
        """The job's runs in the environment's workspace; `variables` are the process environment."""
        target = open_target(settings, environment, variables, deploys=False)
        identifier = job_id(outputs(settings, environment, variables), job, environment)
        return cls(client(target.connection), job, identifier, target.connection.host)

    def start(self) -> int:
        """Start a run, answer its id. However often the request is sent, it starts one run."""
        body = {"job_id": self._job_id, "idempotency_token": str(uuid.uuid4())}
        return int(self._api.call("POST", f"{_API}/run-now", body=body, repeatable=True)["run_id"])

    def existing(self, run: int) -> int:
        """`run`, if it is one of this job; raises `RunError`."""
        try:
            found = self._api.call("GET", f"{_API}/runs/get", query={"run_id": run}).get("job_id")
        except Absent as error:
            raise RunError(f"there is no run {run} in {self.host}") from error
        if found != self._job_id:
            raise RunError(f"run {run} is not a run of {self._job}", why=f"It belongs to job {found}.")
        return run

    def cancel(self, run: int) -> None:
        """Ask the workspace to end a run; it ends a little later."""
        self._api.call("POST", f"{_API}/runs/cancel", body={"run_id": self.existing(run)}, repeatable=True)

    def follow(
        self, run: int, listener: Callable[[RunEvent], None], *, sleep: Callable[[float], None] = time.sleep
    ) -> RunResult:
        """Look again and again until the run has ended; `listener` gets what happens, in order."""
        pause = _LOCAL_PAUSE if self.host.startswith("http://") else _PAUSE
        watch = _Watch(self._api, listener)
        while True:
            answer = self._api.call("GET", f"{_API}/runs/get", query={"run_id": run})
            for task in answer.get("tasks", []):
                watch.look(task)
            if _life(answer) in _ENDED:
                return self._result(run, answer, watch.results)
            sleep(pause)

    def _result(self, run: int, answer: Mapping[str, Any], tasks: Sequence[TaskResult]) -> RunResult:
        return RunResult(
            run_id=run,
            job=self._job,
            job_id=self._job_id,
            state=_result(answer),
            message=str(_state(answer).get("state_message", "")),
            page=str(answer.get("run_page_url", "")),
            seconds=_seconds(answer),
            tasks=tuple(tasks),
        )


class _Watch:
    """What has been told of each task already."""

    def __init__(self, api: Api, listener: Callable[[RunEvent], None]) -> None:
        self._api = api
        self._listener = listener
        self._told: dict[int, int] = {}
        self._ended: set[int] = set()
        self.results: list[TaskResult] = []

    def look(self, task: Mapping[str, Any]) -> None:
        """Tell what is new of one task (one attempt of it)."""
        run, key, life = int(task["run_id"]), str(task["task_key"]), _life(task)
        if run in self._ended or life in _WAITING:
            return
        never_ran = life == "SKIPPED"
        if run not in self._told:
            self._told[run] = 0
            if not never_ran:
                self._listener(TaskStarted(key))
        output = {} if never_ran else self._output(run)
        lines = str(output.get("logs") or "").splitlines()
        nodes = [node for line in lines if (node := dbt_log.node(line))]
        for node in nodes[self._told[run] :]:
            self._listener(NodeEnded(key, node))
        self._told[run] = max(self._told[run], len(nodes))
        if life in _ENDED:
            self._ended.add(run)
            result = task_result(task, str(output.get("error") or ""), lines)
            self.results.append(result)
            self._listener(TaskEnded(key, result.state, result.seconds, result.message))

    def _output(self, run: int) -> dict[str, Any]:
        return self._api.call("GET", f"{_API}/runs/get-output", query={"run_id": run})


def task_result(task: Mapping[str, Any], error: str, lines: Sequence[str]) -> TaskResult:
    """How a task ended: its entry in the run, the error of its output, and the lines of its log."""
    state = _result(task)
    message = error or str(_state(task).get("state_message") or "")
    return TaskResult(
        task=str(task["task_key"]),
        run_id=int(task["run_id"]),
        state=state,
        seconds=_seconds(task),
        message="" if state == "SUCCESS" else message,
        nodes=tuple(node for line in lines if (node := dbt_log.node(line))),
        counts=dbt_log.counts(lines),
        problems=tuple(dbt_log.problems(lines)),
        log="\n".join(dbt_log.plain(line) for line in lines[-_LOG_LINES:]),
    )


def _state(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    state = answer.get("state")
    return state if isinstance(state, Mapping) else {}


def _life(answer: Mapping[str, Any]) -> str:
    return str(_state(answer).get("life_cycle_state", "PENDING"))


def _result(answer: Mapping[str, Any]) -> str:
    return str(_state(answer).get("result_state") or _life(answer))


def _seconds(answer: Mapping[str, Any]) -> float:
    start, end = answer.get("start_time") or 0, answer.get("end_time") or 0
    return max(0.0, (int(end) - int(start)) / 1000) if start and end else 0.0
