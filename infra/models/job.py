"""Jobs: what the workspace runs, as whom, when, on what, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.cluster import Cluster
from infra.models.notifications import Recipients
from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.substitution import Text
from infra.models.suggestion import did_you_mean
from infra.models.task import Task
from infra.models.trigger import Schedule, Trigger

JobPermission = Literal["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE"]


class ServerlessEnvironment(Record):
    """What is installed where a step runs serverless."""

    version: str = "2"
    """The version of the base image."""
    dependencies: tuple[Text, ...] = ()
    """Python requirements, and paths of wheels."""


class Notify(Record):
    """Who hears of a job's runs: mail addresses, and keys of `notifications`, three of these at most for each event."""

    start: Recipients = ()
    """It starts."""
    success: Recipients = ()
    """It succeeds."""
    failure: Recipients = ()
    """It fails."""
    slow: Recipients = ()
    """It runs for longer than `health.minutes`."""
    backlog: Recipients = ()
    """More waits to be read than `health` allows."""


class Health(Record):
    """What a healthy run is. Who hears of another one is in `notify`."""

    minutes: Annotated[int, Field(ge=1)] | None = None
    """The longest that it may run."""
    backlog_seconds: Annotated[int, Field(ge=1)] | None = None
    """The longest delay of what its streams read."""
    backlog_bytes: Annotated[int, Field(ge=1)] | None = None
    """The most bytes that may wait."""
    backlog_records: Annotated[int, Field(ge=1)] | None = None
    """The most rows that may wait."""
    backlog_files: Annotated[int, Field(ge=1)] | None = None
    """The most files that may wait."""

    @property
    def backlog(self) -> bool:
        """Whether anything is said of what waits."""
        return any((self.backlog_seconds, self.backlog_bytes, self.backlog_records, self.backlog_files))


class Job(Record):
    """A job; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    description: Text | None = None
    """What it does."""
    run_as: Key
    """The service principal or user that it acts as."""
    warehouse: Key | None = None
    """The warehouse that its dbt and SQL run on."""
    catalog: Identifier | None = None
    """The domain that it works in: its steps get the catalog's name as the parameter `catalog`."""
    schedule: Schedule | None = None
    """When it starts by the clock; without this and a trigger, it is started by hand."""
    trigger: Trigger | None = None
    """What starts it without a clock."""
    parameters: Mapping[Key, Text] = {}
    """Its parameters with their defaults; every step gets them."""
    concurrent: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many runs of it there may be at once."""
    queue: bool = True
    """Whether a run that is one too many waits; else it is skipped."""
    timeout: Annotated[int, Field(ge=0)] = 0
    """Minutes after which it is stopped; 0 is never."""
    performance: Literal["STANDARD", "PERFORMANCE_OPTIMIZED"] | None = None
    """Of serverless compute: cheaper, or faster to start; left out, the platform decides."""
    budget_policy: Key | None = None
    """How its serverless usage is tagged: a key of `budgets.policies`."""
    clusters: Mapping[Key, Cluster] = {}
    """Clusters of its own, which live as long as its runs."""
    environments: Mapping[Key, ServerlessEnvironment] = {}
    """What is installed where its steps run serverless; dbt has its own."""
    notify: Notify = Notify()
    """Who hears of its runs."""
    health: Health = Health()
    """What a healthy run is."""
    tags: Mapping[str, Text] = {}
    """Tags; they reach the bill."""
    permissions: Mapping[Key, JobPermission] = {}
    """What each principal may do with it."""
    tasks: Mapping[Key, Task] = Field(min_length=1)
    """Its steps."""

    @model_validator(mode="after")
    def _starts(self) -> Job:
        if self.schedule is not None and self.trigger is not None:
            raise WrongAt(("trigger",), "goes with no 'schedule'; a job starts by one of them")
        if self.trigger is not None and self.trigger.continuous and self.concurrent != 1:
            raise WrongAt(("concurrent",), f"is {self.concurrent}, and a continuous job has one run; leave it out")
        if self.notify.slow and self.health.minutes is None:
            raise WrongAt(("notify", "slow"), "never happens; say in 'health.minutes' what is too long")
        if self.notify.backlog and not self.health.backlog:
            raise WrongAt(("notify", "backlog"), "never happens; say in 'health' how much may wait")
        return self

    @model_validator(mode="after")
    def _order(self) -> Job:
        for key, task in self.tasks.items():
            at = ("tasks", key)
            for index, earlier in enumerate(task.after):
                self._refuse_unknown((*at, "after", index), earlier)
            for earlier in task.when:
                self._refuse_unknown((*at, "when", earlier), earlier)
                if self.tasks[earlier].condition is None:
                    raise WrongAt((*at, "when", earlier), f"'{earlier}' is no condition; say it in 'after'")
        self._refuse_circle()
        return self

    def _refuse_unknown(self, path: tuple[str | int, ...], earlier: str) -> None:
        if earlier not in self.tasks:
            raise WrongAt(path, f"'{earlier}' is no task of this job{did_you_mean(earlier, self.tasks)}")

    def _refuse_circle(self) -> None:
        pending = {key: set(task.earlier) for key, task in self.tasks.items()}
        while ready := [key for key, after in pending.items() if not after]:
            for key in ready:
                del pending[key]
            for after in pending.values():
                after.difference_update(ready)
        if pending:
            raise WrongAt(("tasks",), f"{', '.join(sorted(pending))} wait for one another: 'after' goes in a circle")
