"""What a job run tells while it is followed, and how it ended. Frozen records; nothing here acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from infra.operations.dbt_log import Counts, Node, Problem


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A task runs."""

    task: str


@dataclass(frozen=True, slots=True)
class NodeEnded:
    """A dbt node of a task ended."""

    task: str
    node: Node


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task ended. `state` is Databricks' result state (SUCCESS, FAILED, …); `message` says more, if there is more."""

    task: str
    state: str
    seconds: float
    message: str = ""


RunEvent: TypeAlias = TaskStarted | NodeEnded | TaskEnded


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of a run that ended. `problems` are dbt's words on nodes that failed or warned."""

    task: str
    run_id: int
    state: str
    seconds: float
    message: str = ""
    nodes: tuple[Node, ...] = ()
    counts: Counts | None = None
    problems: tuple[Problem, ...] = ()
    log: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that ended; `state` is its result state."""

    run_id: int
    job: str
    job_id: int
    state: str
    message: str
    page: str
    seconds: float
    tasks: tuple[TaskResult, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every task did what it should."""
        return self.state == "SUCCESS"

    @property
    def counts(self) -> Counts:
        """The sum over all tasks."""
        each = [task.counts for task in self.tasks if task.counts is not None]
        return Counts(
            passed=sum(item.passed for item in each),
            warned=sum(item.warned for item in each),
            errors=sum(item.errors for item in each),
            skipped=sum(item.skipped for item in each),
            no_op=sum(item.no_op for item in each),
            total=sum(item.total for item in each),
        )
