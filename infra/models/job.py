"""Jobs of dbt commands, run by the workspace on serverless compute against a SQL warehouse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text
from infra.models.suggestion import did_you_mean

JobPermission = Literal["CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE"]

_CRON: Final = re.compile(r"\S+( \S+){5,6}")


def _dbt_command(value: str) -> str:
    if not value.startswith("dbt "):
        raise ValueError(f"'{value}' is no dbt command; write it as on a command line, such as 'dbt run --select gold'")
    return value


def _cron(value: str) -> str:
    if not _CRON.fullmatch(value):
        raise ValueError(f"'{value}' is no Quartz schedule of six or seven fields, such as '0 0 6 * * ?' for six o'clock")
    return value


DbtCommand = Annotated[Text, AfterValidator(_dbt_command)]


class Schedule(Record):
    """When a job starts by itself."""

    cron: Annotated[str, AfterValidator(_cron)]
    """A Quartz expression: seconds first."""
    timezone: str = "UTC"
    """A name of the time zone database, such as Europe/Berlin."""
    paused: bool = False
    """Keep the schedule, start nothing."""


class Task(Record):
    """One step of a job."""

    run: tuple[DbtCommand, ...] = Field(min_length=1)
    """dbt commands, in order."""
    after: tuple[Key, ...] = ()
    """The tasks that have to succeed before."""
    retries: Annotated[int, Field(ge=0, le=10)] = 0
    """How often it is tried again when it fails."""


class Job(Record):
    """A job; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    description: Text | None = None
    """What it does."""
    warehouse: Key
    """The warehouse that its SQL runs on."""
    run_as: Key
    """The service principal that it acts as."""
    schedule: Schedule | None = None
    """When it starts by itself; left out, it is started by hand."""
    timeout: Annotated[int, Field(ge=0)] = 0
    """Minutes after which it is stopped; 0 is never."""
    alert: tuple[Text, ...] = ()
    """Addresses that get a mail when it fails."""
    tags: Mapping[str, Text] = {}
    """Tags; they reach the bill."""
    permissions: Mapping[Key, JobPermission] = {}
    """What each principal may do with it."""
    tasks: Mapping[Key, Task] = Field(min_length=1)
    """Its steps."""

    @model_validator(mode="after")
    def _order(self) -> Job:
        for key, task in self.tasks.items():
            for index, earlier in enumerate(task.after):
                if earlier not in self.tasks:
                    meant = did_you_mean(earlier, self.tasks)
                    raise WrongAt(("tasks", key, "after", index), f"'{earlier}' is no task of this job{meant}")
        self._refuse_circle()
        return self

    def _refuse_circle(self) -> None:
        pending = {key: set(task.after) for key, task in self.tasks.items()}
        while ready := [key for key, after in pending.items() if not after]:
            for key in ready:
                del pending[key]
            for after in pending.values():
                after.difference_update(ready)
        if pending:
            raise WrongAt(("tasks",), f"{', '.join(sorted(pending))} wait for one another: 'after' goes in a circle")
