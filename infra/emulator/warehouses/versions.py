"""The versions of tables that are no longer the latest: which rows they had, and how they were described.

A table's latest version is its physical table and its document. Before a write, the rows are copied to a physical table of
their own (`writing.transaction`), or, where a table is replaced, the old physical table is left standing; a row of `_kept`
says that it holds the version of then, and all versions before it that are not kept themselves: those only changed what is
not rows. A kept row without a physical table marks versions whose rows VACUUM has removed.

Rules as in https://docs.databricks.com/en/delta/history.html: history is kept for `delta.logRetentionDuration` (30 days),
rows for `delta.deletedFileRetentionDuration` (7 days) after they were replaced, both until a VACUUM.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from infra.emulator.unity.relations import Relation

if TYPE_CHECKING:
    from infra.emulator.warehouses.lake import Lake

SCHEMA: Final = "create table if not exists lake._kept (table_id varchar, version bigint, physical varchar, described varchar)"
#: What of a table's document belongs to its version, and comes back with it.
_DESCRIBED: Final = ("columns", "properties", "partition_columns", "clustering_columns", "cluster_by_auto", "comment")
_HOUR: Final = 3_600_000
_HOURS: Final = {"hour": 1, "day": 24, "week": 168}


class VersionGone(Exception):
    """The rows of a version were removed by VACUUM."""


class NoVersion(Exception):
    """There is no such version; `earliest` and `latest` are those that there are."""

    def __init__(self, earliest: int, latest: int) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(f"versions {earliest} to {latest}")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a table: its physical table's id, and the part of its document that belongs to it (see `_DESCRIBED`)."""

    number: int
    physical: str
    described: Mapping[str, Any]


def describe(relation: Relation) -> dict[str, Any]:
    """The part of a document that belongs to a version; CHECK constraints too, while keys are the catalog's."""
    described = {key: relation[key] for key in _DESCRIBED if key in relation}  # type: ignore[literal-required]
    return described | {"checks": [each for each in relation["constraints"] if each["type"] == "CHECK"]}


def keep(cursor: duckdb.DuckDBPyConnection, before: Relation, physical: str) -> None:
    """Note, in the cursor's transaction, that a physical table holds the rows of the latest version, which a write ends."""
    cursor.execute(
        "insert into lake._kept select ?, max(version), ?, ? from lake._commits where table_id = ? having max(version) >= 0",
        [before["table_id"], physical, json.dumps(describe(before)), before["table_id"]],
    )


def at(lake: Lake, relation: Relation, number: int) -> Version:
    """A version by its number. Raises NoVersion, VersionGone."""
    table_id, current = relation["table_id"], str(relation["physical"])
    with lake.cursor() as cursor:
        known = cursor.execute("select min(version), max(version) from lake._commits where table_id = ?", [table_id]).fetchone()
        earliest, latest = known if known and known[0] is not None else (0, 0)
        if not earliest <= number <= latest:
            raise NoVersion(earliest, latest)
        found = cursor.execute(
            "select physical, described from lake._kept where table_id = ? and version >= ? order by version limit 1",
            [table_id, number],
        ).fetchone()
    if found is None:
        return Version(number, current, describe(relation))
    if found[0] is None:
        raise VersionGone
    return Version(number, found[0], json.loads(found[1]))


def latest(lake: Lake, relation: Relation) -> Version:
    """The version that a table has now."""
    commits = lake.history(relation["table_id"])
    return Version(commits[0].version if commits else 0, str(relation["physical"]), describe(relation))


def vacuumed(lake: Lake, relation: Relation, *, hours: float | None, dry: bool) -> list[str]:
    """Remove what no version within the retention needs: rows replaced more than `hours` ago (by default as long as the
    table's properties say), and history older than its own. Answers the physical tables whose rows go."""
    now = lake.now()
    keep_rows = now - (retention(relation, "deletedFileRetentionDuration", 168) if hours is None else hours) * _HOUR
    with lake.cursor() as cursor:
        due: list[tuple[int, str]] = cursor.execute(
            "select k.version, k.physical from lake._kept k join lake._commits c"
            " on c.table_id = k.table_id and c.version = k.version + 1"
            " where k.table_id = ? and k.physical is not null and c.committed_at <= ? order by k.version",
            [relation["table_id"], int(keep_rows)],
        ).fetchall()
        if not dry:
            cursor.execute("begin")
            for version, _ in due:
                cursor.execute(
                    "update lake._kept set physical = null, described = null where table_id = ? and version = ?",
                    [relation["table_id"], version],
                )
            _forget_old(cursor, relation, int(now - retention(relation, "logRetentionDuration", 720) * _HOUR))
            cursor.execute("commit")
    if not dry:
        for _, physical in due:
            lake.discard(physical)
    return [physical for _, physical in due]


def _forget_old(cursor: duckdb.DuckDBPyConnection, relation: Relation, before: int) -> None:
    """End the history of versions without rows that are older than the log is kept."""
    cursor.execute(
        "delete from lake._commits where table_id = ? and committed_at < ?"
        " and version <= (select coalesce(max(version), -1) from lake._kept where table_id = ? and physical is null)",
        [relation["table_id"], before, relation["table_id"]],
    )


def retention(relation: Relation, name: str, otherwise: float) -> float:
    """Hours that a property such as `delta.logRetentionDuration` = "interval 30 days" says."""
    text = relation["properties"].get(f"delta.{name}", "").lower()
    found = re.fullmatch(r"(?:interval\s+)?'?(\d+)\s+(hour|day|week)s?'?", text.strip())
    return float(int(found[1]) * _HOURS[found[2]]) if found else otherwise


def held(lake: Lake) -> dict[str, set[str]]:
    """The physical tables that versions are kept in, by table."""
    kept: dict[str, set[str]] = {}
    with lake.cursor() as cursor:
        for table_id, physical in cursor.execute("select table_id, physical from lake._kept").fetchall():
            if physical is not None:
                kept.setdefault(table_id, set()).add(physical)
    return kept


def forget(lake: Lake, table_id: str) -> None:
    """End all versions of a table that is gone for good; its rows go with it."""
    kept = held(lake).get(table_id, set())
    with lake.cursor() as cursor:
        cursor.execute("delete from lake._kept where table_id = ?", [table_id])
        cursor.execute("delete from lake._commits where table_id = ?", [table_id])
    for physical in kept:
        lake.discard(physical)
