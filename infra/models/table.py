"""Tables that the environment itself keeps, and the profiling of their data. What dbt builds is dbt's, and is not said here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.securable import Grants, Url
from infra.models.substitution import Text
from infra.models.suggestion import did_you_mean
from infra.models.tags import Tags
from infra.models.trigger import Schedule

# https://docs.databricks.com/sql/language-manual/sql-ref-datatypes; what is inside <…> or (…) is left to the platform.
_TYPE: Final = re.compile(
    r"(tinyint|smallint|int|bigint|float|double|string|boolean|binary|date|timestamp|timestamp_ntz|variant"
    r"|decimal(\([0-9]+(,[0-9]+)?\))?|(array|map|struct)<.+>)"
)
_LONGEST: Final = 40


def _type(value: str) -> str:
    if not _TYPE.fullmatch(value):
        shown = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
        raise ValueError(f"'{shown}' is no type of a column; write it in small letters, such as string, bigint, decimal(18,2)")
    return value


class Column(Record):
    """A column of a table."""

    type: Annotated[str, AfterValidator(_type)]
    """Its SQL type."""
    comment: Text | None = None
    """What it holds."""
    nullable: bool = True
    """It may be empty."""
    identity: Literal["always", "default"] | None = None
    """The platform counts it up: always, or where none is given."""
    tags: Tags = Field(default={})
    """Tags; a mask that is bound to one of them holds here."""


class TimeSeries(Record):
    """Rows that have a time: profiled by windows of it."""

    column: Identifier
    """The column that holds the time."""
    granularities: tuple[
        Literal["5 minutes", "30 minutes", "1 hour", "1 day", "1 week", "2 weeks", "3 weeks", "4 weeks", "1 month", "1 year"],
        ...,
    ] = Field(default=("1 day",), min_length=1)
    """The windows."""


class Monitor(Record):
    """The profile of a table's data, kept up to date: counts, distributions, drift, in tables and a dashboard."""

    schema_: Annotated[Identifier, Field(alias="schema")]
    """The schema of the same catalog that its results go to."""
    time_series: TimeSeries | None = None
    """Profile windows of time; left out, the whole table is profiled each time."""
    slices: tuple[Text, ...] = ()
    """Expressions that split the rows, each part profiled by itself: `country`, `amount > 100`."""
    baseline: Identifier | None = None
    """A table of the same schema to measure drift from."""
    schedule: Schedule | None = None
    """When it is brought up to date; left out, by hand."""
    notify: tuple[Text, ...] = ()
    """Addresses that get a mail when it fails."""
    dashboard: bool = True
    """Make the built-in dashboard."""

    @model_validator(mode="after")
    def _awake(self) -> Monitor:
        if self.schedule is not None and self.schedule.paused:
            raise WrongAt(("schedule", "paused"), "is nothing that a monitor can be; leave the schedule out")
        return self


class Table(Record):
    """A Delta table; dbt never builds it."""

    comment: Text | None = None
    """What it holds; one row of it is what."""
    owner: Key | None = None
    """A service principal or a group of `identities`."""
    columns: Mapping[Identifier, Column] = Field(min_length=1)
    """Its columns, in order."""
    cluster_by: tuple[Identifier, ...] = ()
    """Columns that its files are clustered by."""
    partition_by: tuple[Identifier, ...] = ()
    """Columns that its files are partitioned by."""
    location: Url | None = None
    """Where its files are, for an external table; a managed one has none."""
    properties: Mapping[str, Text] = {}
    """Table properties, such as `delta.enableChangeDataFeed`."""
    tags: Tags = Field(default={})
    """Tags of it; its columns inherit them."""
    grants: Grants = Field(default={})
    """Who may do what with it."""
    monitor: Monitor | None = None
    """Profile its data."""
    protect: bool | None = None
    """Whether it may be removed; says the schema where left out."""

    @model_validator(mode="after")
    def _columns(self) -> Table:
        if self.cluster_by and self.partition_by:
            raise WrongAt(("partition_by",), "cannot go with 'cluster_by': Delta takes one of them; leave one out")
        for key in ("cluster_by", "partition_by"):
            for index, column in enumerate(getattr(self, key)):
                self._known(column, (key, index))
        if self.monitor and self.monitor.time_series:
            self._known(self.monitor.time_series.column, ("monitor", "time_series", "column"))
        return self

    def _known(self, column: str, path: tuple[str | int, ...]) -> None:
        if column not in self.columns:
            raise WrongAt(path, f"'{column}' is no column of this table{did_you_mean(column, self.columns)}")
