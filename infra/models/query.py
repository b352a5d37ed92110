"""Saved queries, alerts on what a query answers, and dashboards: what people look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.notifications import Recipients
from infra.models.record import Identifier, Key, Record, WrongAt
from infra.models.substitution import Text
from infra.models.trigger import Schedule
from infra.models.workspace_object import Source

SqlPermission = Literal["CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"]


class Query(Record):
    """A saved query; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    source: Source
    """The file with its SQL, from the project's folder; tables need no catalog in it."""
    warehouse: Key
    """The warehouse that it runs on."""
    catalog: Identifier | None = None
    """The domain whose catalog it means where it names none."""
    schema_: Annotated[Identifier | None, Field(alias="schema")] = None
    """The schema that it means where it names none."""
    description: Text | None = None
    """What it answers."""
    run_as: Literal["OWNER", "VIEWER"] = "VIEWER"
    """With whose rights it reads: its owner's, or those of whoever looks."""
    tags: tuple[Text, ...] = ()
    """Words that it is found by."""
    permissions: Mapping[Key, SqlPermission] = {}
    """What each principal may do with it."""


class Alert(Record):
    """Word that is sent when a query answers something; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    source: Source
    """The file with its SQL, from the project's folder; `:catalog` in it is the catalog's name."""
    warehouse: Key
    """The warehouse that it runs on."""
    catalog: Identifier | None = None
    """The domain whose catalog's name the parameter `catalog` holds: `from identifier(:catalog || '.gold.fct_watches')`."""
    column: Text
    """The column of the answer that is looked at."""
    aggregation: Literal["AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MEDIAN", "MIN", "STDDEV", "SUM"] | None = None
    """Of all its rows; left out, the first row is looked at."""
    compare: Literal[
        "EQUAL",
        "NOT_EQUAL",
        "GREATER_THAN",
        "GREATER_THAN_OR_EQUAL",
        "LESS_THAN",
        "LESS_THAN_OR_EQUAL",
        "IS_NULL",
        "IS_NOT_NULL",
    ]
    """How it is compared."""
    threshold: float | None = None
    """With which number."""
    empty: Literal["OK", "TRIGGERED", "ERROR"] = "OK"
    """What an answer without rows means."""
    schedule: Schedule
    """When it looks."""
    run_as: Key | None = None
    """The service principal or user that it reads as; left out, whoever deploys."""
    notify: Recipients = Field(min_length=1)
    """Who gets word: mail addresses, and keys of `notifications`."""
    notify_on_ok: bool = False
    """Whether word is sent when all is well again."""
    again_after: Annotated[int, Field(ge=0)] = 0
    """Minutes after which word is sent again while nothing changed; 0 is never."""
    summary: Text | None = None
    """The subject of the message."""
    description: Text | None = None
    """The message."""
    permissions: Mapping[Key, SqlPermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _threshold(self) -> Alert:
        if self.compare in ("IS_NULL", "IS_NOT_NULL"):
            if self.threshold is not None:
                raise WrongAt(("threshold",), f"means nothing to {self.compare}; leave it out")
        elif self.threshold is None:
            raise WrongAt(("compare",), f"'{self.compare}' compares with a number; give it in 'threshold'")
        return self


class Dashboard(Record):
    """An AI/BI dashboard; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name, where it is not `<key>-<environment>`."""
    source: Source
    """Its file (.lvdash.json), from the project's folder; tables need no catalog in it."""
    warehouse: Key
    """The warehouse that it runs on."""
    catalog: Identifier | None = None
    """The domain whose catalog its datasets mean where they name none."""
    schema_: Annotated[Identifier | None, Field(alias="schema")] = None
    """The schema that its datasets mean where they name none."""
    embed_credentials: bool = False
    """Whether everyone who looks reads with the rights of whoever deploys it."""
    permissions: Mapping[Key, SqlPermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _ending(self) -> Dashboard:
        if not self.source.endswith(".lvdash.json"):
            raise WrongAt(("source",), f"'{self.source}' is no dashboard's file; export one: its name ends in .lvdash.json")
        return self
