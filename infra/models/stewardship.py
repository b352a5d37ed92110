"""Who answers for data, and what they promise: owner, tags, freshness, how personal it is, how long it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.durations import Sla
from infra.models.record import Key, Record, WrongAt
from infra.models.tags import Tags

PiiLevel = Literal["none", "low", "medium", "high"]


class Stewarded(Record):
    """A domain's catalog or a schema of it; what a schema leaves out holds as its catalog says."""

    owner: Key | None = None
    """A service principal or a group of `identities`."""
    tags: Tags = Field(default={})
    """Tags of it; whatever is in it inherits them."""
    sla: Sla | None = None
    """How fresh its tables are promised to be, such as `hourly`, `daily_6am`, `15m`: tagged, and watched by an alert."""
    pii_level: PiiLevel | None = None
    """How personal its data is: tagged; medium and high want masks or encryption where `data_classification` says so."""
    retention_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Days that its rows are kept: tagged, and handed to dbt, whose models leave out what is older."""

    @model_validator(mode="after")
    def _said_once(self) -> Stewarded:
        for key in ("sla", "pii_level", "retention_days"):
            if key in self.tags:
                raise WrongAt(("tags", key), f"is given by '{key}:' itself; say it there")
        return self

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags that it says, and those that follow from the rest of what it says."""
        promises = {"sla": self.sla, "pii_level": self.pii_level, "retention_days": self.retention_days}
        return {**self.tags, **{key: str(value) for key, value in promises.items() if value is not None}}
