"""The workspace's metadata: JSON documents in SQLite, one row each, by kind and key.

A document may have a parent ("main" for the schema "main.bronze"), by which it can be listed. Everything that one request
changes is written in one `transaction`, so a killed process leaves all of it or nothing. Rows of tables are not here but
in DuckDB (`infra.emulator.warehouses.lake`); a table's document names its physical table, and is what makes it visible.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
create table if not exists documents (
    kind text not null, key text not null, parent text not null, body text not null, primary key (kind, key)
) without rowid;
create index if not exists documents_by_parent on documents (kind, parent, key);
create table if not exists counters (name text primary key, value integer not null) without rowid;
"""


class Store:
    """One SQLite file. All methods can be called from any thread; `transaction` may be nested, the outermost commits."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        # A killed process loses nothing; a machine that loses power may lose the last transactions, never the file.
        self._connection.execute("pragma synchronous=normal")
        self._connection.executescript(_SCHEMA)
        self._lock = threading.RLock()
        self._depth = 0

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become durable together, or none if an exception leaves the block."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("begin immediate")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("rollback")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("commit")

    def get(self, kind: str, key: str) -> Document | None:
        """The document, a fresh copy, or None."""
        with self._lock:
            row = self._connection.execute("select body from documents where kind = ? and key = ?", (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, key: str, body: Document, parent: str = "") -> None:
        """Write the document, new or in place of the old one."""
        with self.transaction():
            self._connection.execute(
                "insert into documents (kind, key, parent, body) values (?, ?, ?, ?)"
                " on conflict (kind, key) do update set parent = excluded.parent, body = excluded.body",
                (kind, key, parent, json.dumps(body, separators=(",", ":"))),
            )

    def delete(self, kind: str, key: str) -> bool:
        """Remove the document; whether there was one."""
        with self.transaction():
            return self._connection.execute("delete from documents where kind = ? and key = ?", (kind, key)).rowcount > 0

    def list(
        self, kind: str, parent: str | None = None, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Document]]:
        """Keys and documents in the order of their keys: those of `parent`, or all; those after the key `after`."""
        where, arguments = "kind = ? and key > ?", [kind, after]
        if parent is not None:
            where, arguments = f"{where} and parent = ?", [*arguments, parent]
        with self._lock:
            rows = self._connection.execute(
                f"select key, body from documents where {where} order by key limit ?",
                [*arguments, -1 if limit is None else limit],
            ).fetchall()
        return [(key, json.loads(body)) for key, body in rows]

    def count(self, kind: str, parent: str | None = None) -> int:
        """How many documents there are of this kind, below `parent` or in all."""
        with self._lock:
            if parent is None:
                row = self._connection.execute("select count(*) from documents where kind = ?", (kind,)).fetchone()
            else:
                row = self._connection.execute(
                    "select count(*) from documents where kind = ? and parent = ?", (kind, parent)
                ).fetchone()
        return int(row[0])

    def next(self, name: str, first: int = 1) -> int:
        """The next number of a sequence that never repeats, also across restarts."""
        with self.transaction():
            row = self._connection.execute(
                "insert into counters (name, value) values (?, ?)"
                " on conflict (name) do update set value = value + 1 returning value",
                (name, first),
            ).fetchone()
        return int(row[0])
