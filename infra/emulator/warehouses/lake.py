"""The rows of tables: one DuckDB file, in which a physical table is named by an id that never changes.

Which physical table is a table's is said by its document (`infra.emulator.unity.relations`) and by nothing else, so a rename
touches no rows, a replacement is a new physical table to which the document is then pointed, and what a killed process
leaves half done is a physical table that nobody points to. `reconcile` drops those at start, and mends documents whose
columns are not those of their rows.

Every write of rows adds, in the same DuckDB transaction, a row to `_commits`: a table's history and version.

Readers take no locks. What a statement may still be reading is dropped only when all statements that were running at the
time have ended.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from infra.emulator.clock import Clock
from infra.emulator.warehouses import versions

#: How statements name the schema of physical tables.
DATA = "lake.data"
_SCHEMA = f"""
create schema if not exists lake.data;
create table if not exists lake._commits (
    table_id varchar, physical varchar, version bigint, committed_at bigint, operation varchar, parameters varchar,
    metrics varchar, user_name varchar
);
{versions.SCHEMA};
"""


@dataclass(frozen=True, slots=True)
class Commit:
    """One version of a table. `at` in milliseconds."""

    version: int
    at: int
    operation: str
    parameters: dict[str, str]
    metrics: dict[str, str]
    user: str


class Lake:
    """The DuckDB file of a workspace. All methods can be called from any thread."""

    def __init__(self, path: Path, clock: Clock, *, set_up: Callable[[duckdb.DuckDBPyConnection], None] | None = None) -> None:
        """Open or make the file. `set_up` is given the connection before any cursor is made: functions, settings."""
        self._clock = clock
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        escaped = str(path).replace("'", "''")
        self._connection.execute(f"attach '{escaped}' as lake")
        for statement in _SCHEMA.split(";\n"):
            if statement.strip():
                self._connection.execute(statement)
        self._connection.execute("set global TimeZone = 'UTC'")
        if set_up is not None:
            set_up(self._connection)
        self._connection.execute("set enable_external_access = false")  # SQL reads no files of this machine
        #: Views in DuckDB's SQL, kept for all sessions by `infra.emulator.sql.query.translations`.
        self.translations: dict[Any, Any] = {}
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}
        self._ticks = 0
        self._running: Counter[int] = Counter()
        self._condemned: list[tuple[int, str]] = []

    def close(self) -> None:
        """Write all to the file and let it go."""
        self._connection.execute("checkpoint lake")
        self._connection.close()

    def now(self) -> int:
        """The workspace's time in milliseconds."""
        return self._clock.millis()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of one's own to the same tables."""
        return self._connection.cursor()

    @contextmanager
    def writing(self, *names: str) -> Iterator[None]:
        """Hold these names (full names of tables) against other writers; in a fixed order, so that two never wait in a ring."""
        with self._guard:
            locks = [self._locks.setdefault(name, threading.RLock()) for name in sorted(set(names))]
        for lock in locks:
            lock.acquire()
        try:
            yield
        finally:
            for lock in reversed(locks):
                lock.release()

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Around each statement: physical tables discarded meanwhile stay until it has ended."""
        with self._guard:
            tick = self._ticks
            self._running[tick] += 1
        try:
            yield
        finally:
            with self._guard:
                self._running[tick] -= 1
                if not self._running[tick]:
                    del self._running[tick]
            self._sweep()

    def discard(self, physical: str) -> None:
        """Drop a physical table that no document points to any more, as soon as nobody can be reading it; one that holds an
        earlier version of a table stays."""
        with self._guard:
            self._ticks += 1
            self._condemned.append((self._ticks, physical))
        self._sweep()

    def _sweep(self) -> None:
        with self._guard:
            oldest = min(self._running, default=self._ticks)
            due = [physical for tick, physical in self._condemned if tick <= oldest]
            self._condemned = [(tick, physical) for tick, physical in self._condemned if tick > oldest]
        for physical in due:
            with self.cursor() as cursor:
                if first(cursor, "select 1 from lake._kept where physical = ?", [physical]) is None:
                    cursor.execute(f"drop table if exists {table(physical)}")

    def commit(
        self,
        cursor: duckdb.DuckDBPyConnection,
        table_id: str,
        physical: str,
        operation: str,
        user: str,
        *,
        parameters: dict[str, str] | None = None,
        metrics: dict[str, int] | None = None,
    ) -> int:
        """Add a version to a table's history, in the cursor's transaction. The caller holds the table's name (`writing`)."""
        latest = first(cursor, "select max(version) from lake._commits where table_id = ?", [table_id])
        version = 0 if latest is None or latest[0] is None else int(latest[0]) + 1
        counted = {name: str(value) for name, value in (metrics or {}).items()}
        row = [
            table_id, physical, version, self._clock.millis(), operation, json.dumps(parameters or {}), json.dumps(counted),
            user,
        ]  # fmt: skip
        cursor.execute("insert into lake._commits values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return version

    def history(self, table_id: str) -> list[Commit]:
        """A table's versions, latest first."""
        with self.cursor() as cursor:
            found = cursor.execute(
                "select version, committed_at, operation, parameters, metrics, user_name from lake._commits where table_id = ?"
                " order by version desc",
                [table_id],
            ).fetchall()
        return [Commit(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]), row[5]) for row in found]

    def columns(self, physical: str) -> list[tuple[str, Any, bool]]:
        """Name, DuckDB type and nullability of a physical table's columns; empty if there is no such table."""
        with self.cursor() as cursor:
            found = cursor.execute(
                "select column_name, is_nullable from duckdb_columns()"
                " where database_name = 'lake' and schema_name = 'data' and table_name = ? order by column_index",
                [physical_name(physical)],
            ).fetchall()
            if not found:
                return []
            relation = cursor.sql(f"select * from {table(physical)}")
            return [(name, kind, nullable) for (name, nullable), kind in zip(found, relation.types, strict=True)]

    def rows(self, physical: str) -> int:
        """How many rows it has."""
        with self.cursor() as cursor:
            found = first(cursor, f"select count(*) from {table(physical)}")
        return 0 if found is None else int(found[0])

    def bytes(self, physical: str) -> int:
        """About how many bytes its columns take on disk: blocks in use times their size, or an estimate for small tables."""
        with self.cursor() as cursor:
            found = first(
                cursor,
                "select estimated_size, column_count from duckdb_tables()"
                " where database_name = 'lake' and schema_name = 'data' and table_name = ?",
                [physical_name(physical)],
            )
        return 0 if found is None else int(found[0]) * int(found[1]) * 8

    def physicals(self) -> set[str]:
        """The ids of all physical tables."""
        with self.cursor() as cursor:
            found = cursor.execute(
                "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'data'"
            ).fetchall()
        return {name.removeprefix("t_") for (name,) in found}

    def forget_commits(self, living: dict[str, str]) -> None:
        """Keep the history of living tables only (id to physical), and of these no version that never came about: the
        latest one is that of the rows that the table has."""
        with self.cursor() as cursor:
            known = cursor.execute("select distinct table_id, physical from lake._commits").fetchall()
            for table_id, physical in known:
                current = living.get(table_id)
                if current is None:
                    cursor.execute("delete from lake._commits where table_id = ?", [table_id])
                elif physical != current:
                    cursor.execute(
                        "delete from lake._commits where table_id = ? and physical = ? and version >"
                        " (select coalesce(max(version), -1) from lake._commits where table_id = ? and physical = ?)",
                        [table_id, physical, table_id, current],
                    )
            cursor.execute(
                "delete from lake._kept k where coalesce(version >= (select max(version) from lake._commits c"
                " where c.table_id = k.table_id), true)"
            )


def first(cursor: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> tuple[Any, ...] | None:
    """The first row that a statement gives, None for none. All are fetched: a cursor takes nothing new before that."""
    rows = cursor.execute(sql, parameters).fetchall()
    return rows[0] if rows else None


def moment(millis: int) -> datetime:
    """A time in milliseconds, as a timestamp."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def physical_name(physical: str) -> str:
    """The DuckDB name of a physical table."""
    return f"t_{physical}"


def table(physical: str) -> str:
    """The physical table as statements name it."""
    return f'{DATA}."{physical_name(physical)}"'


_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # else an unknown table name is a variable of this process
}
