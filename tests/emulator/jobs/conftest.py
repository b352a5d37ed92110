"""A workspace whose tasks do what the test says, in place of dbt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service import compute, jobs

from infra.emulator.jobs.supervisor import Supervisor
from infra.emulator.jobs.task_outcome import Outcome, Stop
from tests.emulator.conftest import LiveWorkspace


@dataclass
class Script:
    """What tasks do: succeed, unless `outcomes` has something else, attempt by attempt, or `held` has the task's key."""

    outcomes: dict[str, list[Outcome | Exception]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    started: list[str] = field(default_factory=list)
    running: dict[str, threading.Event] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)

    def __call__(self, run: dict[str, Any], task_run: dict[str, Any], stop: Stop) -> Outcome:
        key = task_run["task_key"]
        self.started.append(key)
        self.running.setdefault(key, threading.Event()).set()
        if key in self.held:
            stop.then(self.released.set)
            assert self.released.wait(20), "nobody released the task"
        planned = self.outcomes.get(key)
        outcome = planned.pop(0) if planned else Outcome("SUCCESS")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def hold(self, *keys: str) -> None:
        """Have these tasks wait until `released` is set or they are stopped."""
        self.held.update(keys)

    def await_start(self, key: str) -> None:
        """Wait until the task is being carried out."""
        assert self.running.setdefault(key, threading.Event()).wait(20), f"{key} was not started"


@pytest.fixture
def script(workspace: LiveWorkspace) -> Iterator[Script]:
    """Tasks of this test do what the script says."""
    real, acting = workspace.inside.runs, Script()
    workspace.inside.runs = Supervisor(workspace.inside, acting)
    yield acting
    workspace.inside.runs.close()
    workspace.inside.runs = real


@pytest.fixture
def warehouse_id(workspace: LiveWorkspace) -> str:
    """A SQL warehouse to name in tasks."""
    workspace.inside.store.put("warehouse", "wh", {"id": "wh"})
    return "wh"


MakeJob = Callable[..., int]


@pytest.fixture
def make_job(admin: WorkspaceClient, warehouse_id: str) -> MakeJob:
    """Makes a job from `task=[its dependencies]` pairs and settings; answers its id."""

    def make(graph: dict[str, list[str]], *, each: dict[str, dict[str, Any]] | None = None, **settings: Any) -> int:
        tasks = [
            jobs.Task(
                task_key=key,
                depends_on=[jobs.TaskDependency(name) for name in upstream],
                environment_key="dbt",
                dbt_task=jobs.DbtTask(commands=["dbt run"], project_directory="/Shared/p", warehouse_id=warehouse_id),
                **(each or {}).get(key, {}),
            )
            for key, upstream in graph.items()
        ]
        environments = [jobs.JobEnvironment("dbt", compute.Environment(environment_version="2"))]
        created = admin.jobs.create(tasks=tasks, environments=environments, **{"name": "job", **settings})
        assert created.job_id is not None
        return created.job_id

    return make
