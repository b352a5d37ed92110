"""Writing rows: the DuckDB transaction, the checks that every write must pass, the commit in the table's history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from infra.emulator.sql import lookup, rights
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.types.duck import quote, to_duckdb
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import Column, Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses import lake, versions

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


@contextmanager
def transaction(
    session: Session, *, changed: Relation | None = None, replaced: Relation | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """All that the session's cursor does inside is committed together, or not at all.

    What ends a version says so: `changed` is a table whose rows are written to, `replaced` one that gets a new physical table.
    """
    session.cursor.execute("begin")
    try:
        if changed is not None:
            _copy_version(session, changed)
        if replaced is not None and replaced["physical"] is not None and replaced["table_type"] not in lookup.DERIVED:
            versions.keep(session.cursor, replaced, replaced["physical"])
        yield session.cursor
    except BaseException:
        session.cursor.execute("rollback")
        raise
    session.cursor.execute("commit")


def _copy_version(session: Session, changed: Relation) -> None:
    """Keep the rows of a table as they are before a write, with the description that was saved with them."""
    before = lookup.find(session.workspace, lookup.name_of(changed))
    if before is not None and before["physical"] is not None:
        copy = session.workspace.new_uuid().replace("-", "")
        session.cursor.execute(f"create table {lake.table(copy)} as select * from {lake.table(before['physical'])}")
        versions.keep(session.cursor, before, copy)


def target(session: Session, name: FullName, privilege: str = "MODIFY") -> tuple[Relation, str]:
    """A table whose rows the caller may write, and its physical table's id. Raises SqlError for views and the like."""
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require(session.workspace, session.caller, privilege, TABLE, str(name))
    if relation["physical"] is None:
        raise SqlError(
            "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", f"The operation expects a table but {name.quoted} is a view.", "42809"
        )
    if relation["table_type"] in lookup.DERIVED:
        kind = relation["table_type"].replace("_", " ").lower()
        raise SqlError("UNSUPPORTED_FEATURE.TABLE_OPERATION", f"{name.quoted} is a {kind}: only REFRESH writes to it.", "0A000")
    return relation, relation["physical"]


def create_physical(session: Session, columns: list[Column], sql: str | None = None) -> str:
    """A new physical table, in the cursor's transaction: empty, or with the rows of DuckDB SQL. Answers its id."""
    physical = session.workspace.new_uuid().replace("-", "")
    if sql is not None:
        session.cursor.execute(f"create table {lake.table(physical)} as {sql}")
        return physical
    defined = ", ".join(
        f"{quote(each['name'])} {to_duckdb(data_type(each))}{'' if each['nullable'] else ' not null'}" for each in columns
    )
    session.cursor.execute(f"create table {lake.table(physical)} ({defined})")
    return physical


def record(
    session: Session,
    relation: Relation,
    operation: str,
    *,
    parameters: dict[str, str] | None = None,
    metrics: dict[str, int] | None = None,
) -> int:
    """Check what was written and add the commit, in the cursor's transaction. Answers the table's new version."""
    physical = relation["physical"]
    if physical is None:
        raise SqlError("INTERNAL_ERROR", f"{lookup.name_of(relation)} has no rows", "XX000")
    check(session, relation, physical)
    return session.workspace.lake.commit(
        session.cursor,
        relation["table_id"],
        physical,
        operation,
        session.caller.name,
        parameters=parameters,
        metrics=metrics,
    )


def check(session: Session, relation: Relation, physical: str) -> None:
    """Raise SqlError if a row breaks a CHECK constraint or is too long for its char or varchar column."""
    for constraint in relation["constraints"]:
        if constraint["type"] == "CHECK":
            check_expression(session, relation, physical, constraint["name"], constraint["expression"])
    for each in relation["columns"]:
        kind = data_type(each)
        if kind.length is not None:
            column = quote(each["name"])
            found = lake.first(
                session.cursor, f"select 1 from {lake.table(physical)} where length({column}) > {kind.length} limit 1"
            )
            if found:
                raise SqlError(
                    "DELTA_EXCEED_CHAR_VARCHAR_LIMIT",
                    f"Value for column '{each['name']}' exceeds char/varchar type length limitation of {kind.length}.",
                    "22001",
                )


def check_expression(session: Session, relation: Relation, physical: str, name: str, expression: str) -> None:
    """Raise SqlError if a row of the physical table breaks the CHECK; the first such row is named."""
    found = lake.first(session.cursor, f"select * from {violating(session, physical, expression)} limit 1")
    if found is None:
        return
    values = "\n".join(f" - {column['name']} : {value}" for column, value in zip(relation["columns"], found, strict=False))
    raise SqlError(
        "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        f"CHECK constraint {name} ({expression}) violated by row with values:\n{values}",
        "23001",
    )


def violating(session: Session, physical: str, expression: str) -> str:
    """DuckDB SQL, to be selected from, of the rows for which the expression is not true (null is broken too)."""
    condition = run.translate(session, parse.expression(expression))
    return f"(select * from {lake.table(physical)} where ({condition}) is not true)"
