"""When a job starts by itself: by the clock, or because something arrived. Limits as in Jobs API 2.2."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Record, WrongAt
from infra.models.substitution import Text

_CRON: Final = re.compile(r"\S+( \S+){5,6}")
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*){2}")


def _cron(value: str) -> str:
    if not _CRON.fullmatch(value):
        raise ValueError(f"'{value}' is no Quartz schedule of six or seven fields, such as '0 0 6 * * ?' for six o'clock")
    return value


def _in_schema(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(f"'{value}' is no domain, schema and name, with a dot between, such as streaming.gold.fct_watches")
    return value


Cron = Annotated[str, AfterValidator(_cron)]
#: `<domain>.<schema>.<name>`: the domain stands for its catalog, whose name differs from one environment to the next.
InSchema = Annotated[str, AfterValidator(_in_schema)]
Seconds = Annotated[int, Field(ge=60)]


class Schedule(Record):
    """Something that happens by the clock."""

    cron: Cron
    """A Quartz expression: seconds first."""
    timezone: str = "UTC"
    """A name of the time zone database, such as Europe/Berlin."""
    paused: bool = False
    """Keep the schedule, start nothing."""


class FileArrival(Record):
    """New files in a volume or at an external location."""

    volume: InSchema | None = None
    """A volume, as <domain>.<schema>.<volume>."""
    url: Text | None = None
    """A place in an external location (`s3://…`), for files that are in no volume."""
    at_most_every: Seconds | None = None
    """Seconds between two starts, 60 at least."""
    settled_for: Seconds | None = None
    """Seconds without another file after which it starts, 60 at least."""

    @model_validator(mode="after")
    def _one_place(self) -> FileArrival:
        if (self.volume is None) == (self.url is None):
            raise ValueError("needs a place: either 'volume' or 'url'")
        return self


class TableUpdate(Record):
    """Changes of tables."""

    names: tuple[InSchema, ...] = Field(min_length=1, max_length=10)
    """Tables, each as <domain>.<schema>.<table>."""
    all: bool = False
    """Start once all of them have changed; else once any has."""
    at_most_every: Seconds | None = None
    """Seconds between two starts, 60 at least."""
    settled_for: Seconds | None = None
    """Seconds without another change after which it starts, 60 at least."""


class Every(Record):
    """A period, whatever the clock says."""

    interval: Annotated[int, Field(ge=1)]
    """How many of them."""
    unit: Literal["HOURS", "DAYS", "WEEKS"]
    """What is counted."""


class Trigger(Record):
    """What starts a job without a clock. Exactly one."""

    files: FileArrival | None = None
    """New files in a volume or at an external location."""
    tables: TableUpdate | None = None
    """Changes of tables."""
    every: Every | None = None
    """A period, whatever the clock says."""
    continuous: bool = False
    """The end of the run before: one run is always under way."""
    paused: bool = False
    """Keep the trigger, start nothing."""

    @model_validator(mode="after")
    def _one(self) -> Trigger:
        given = [kind for kind in ("files", "tables", "every", "continuous") if getattr(self, kind)]
        if not given:
            raise ValueError("starts nothing; say one of files, tables, every, continuous")
        if len(given) > 1:
            raise WrongAt((given[1],), f"goes with no '{given[0]}'; a job has one trigger")
        return self
