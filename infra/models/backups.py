"""Copies of protected catalogs."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import model_validator

from infra.models.durations import Duration, days
from infra.models.record import Key, Record, WrongAt
from infra.models.securable import Url

#: When each frequency's copy begins: Quartz expressions.
CRON: Final = {"hourly": "0 30 * * * ?", "daily": "0 30 1 * * ?", "weekly": "0 30 1 ? * SUN"}
_LEAST_DAYS: Final = 7


class Backups(Record):
    """A job copies every table of the protected catalogs, changes alone, into a catalog `<catalog>_backup`."""

    frequency: Literal["hourly", "daily", "weekly"]
    """When it runs."""
    retention: Duration
    """How long an earlier state of a copy can be read: `30_days`."""
    cross_region: bool = False
    """The copies lie in another region, where `storage` is."""
    storage: Url | None = None
    """Where the copies are kept (`s3://…`), where not in the metastore's own storage."""
    warehouse: Key
    """The warehouse that copies."""
    run_as: Key
    """The service principal that copies; it is given what it needs in the backup catalogs, not in the others."""

    @model_validator(mode="after")
    def _apart(self) -> Backups:
        if self.cross_region and self.storage is None:
            raise WrongAt(("cross_region",), "needs 'storage': a bucket in the other region, such as s3://acme-backup-west")
        if days(self.retention) < _LEAST_DAYS:
            raise WrongAt(
                ("retention",), f"'{self.retention}' is too short: a week is the least, or a bad day is in all copies"
            )
        return self
