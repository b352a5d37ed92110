"""Rows on their way into a table: evaluated first, then appended with defaults, identities and generated columns filled in.

They wait in a temporary table of the session's cursor, because a query may read the table that it is written to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import quote, to_duckdb
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import Column, Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_STAGE = "_incoming"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that wait. The temporary table's columns are named c0, c1, … where names repeat, else as the query names them."""

    columns: tuple[tuple[str, DataType], ...]
    table: str = f"temp.{_STAGE}"

    def drop(self, session: Session) -> None:
        """Let the rows go."""
        session.cursor.execute(f"drop table if exists {self.table}")


def stage(session: Session, sql: str) -> Source:
    """Evaluate DuckDB SQL into the session's temporary table."""
    columns = run.describe(session, sql)
    names = [name for name, _ in columns]
    if len({name.lower() for name in names}) < len(names):
        numbered = ", ".join(f"c{position}" for position in range(len(names)))
        sql = f"select * from ({sql}) as _named({numbered})"
        columns = tuple((f"c{position}", kind) for position, (_, kind) in enumerate(columns))
    session.cursor.execute(f"create or replace temp table {_STAGE} as {sql}")
    return Source(columns)


def append(session: Session, relation: Relation, source: Source, columns: list[str], partition: dict[str, str]) -> int:
    """Add the waiting rows, the source's columns going to `columns`, in the cursor's transaction; how many there were."""
    given = {target.lower(): f"_s.{quote(name)}" for target, (name, _) in zip(columns, source.columns, strict=True)}
    for fixed, value in partition.items():
        if value:
            given[fixed.lower()] = run.translate(session, parse.expression(value, session.parameters))
    physical = str(relation["physical"])
    plain = [each for each in relation["columns"] if "generated" not in each]
    values = {each["name"]: _value(session, each, given, physical) for each in plain}
    sql = f"select {', '.join(f'{value} as {quote(name)}' for name, value in values.items())} from {source.table} as _s"
    for column in relation["columns"]:
        if "generated" in column:
            generated = run.translate(session, parse.expression(column["generated"]))
            sql = f"select *, cast({generated} as {to_duckdb(data_type(column))}) as {quote(column['name'])} from ({sql}) as _g"
    row = lake.first(session.cursor, f"insert into {lake.table(physical)} by name {sql}")
    return 0 if row is None else int(row[0])


def _value(session: Session, column: Column, given: dict[str, str], physical: str) -> str:
    """DuckDB SQL of what a column gets."""
    kind = to_duckdb(data_type(column))
    identity = column.get("identity")
    if (value := given.get(column["name"].lower())) is not None:
        if identity is not None and identity["always"]:
            raise SqlError(
                "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
                f"Providing values for GENERATED ALWAYS AS IDENTITY column {column['name']} is not supported.",
                "42808",
            )
        return f"cast({value} as {kind})"
    if identity is not None:
        start, step = int(identity["start"]), int(identity["step"])
        furthest = "max" if step > 0 else "min"
        last = f"(select coalesce({furthest}({quote(column['name'])}), {start - step}) from {lake.table(physical)})"
        return f"{last} + {step} * row_number() over ()"
    default = run.translate(session, parse.expression(column.get("default", "null")))
    return f"cast({default} as {kind})"


def need_all(session: Session, source: Source, relation: Relation, condition: str, written: str) -> None:
    """Raise SqlError if a waiting row does not fulfil the condition of REPLACE WHERE, as Delta refuses it."""
    names = {name.lower() for name, _ in source.columns}
    if not {column["name"].lower() for column in relation["columns"]} <= names:
        columns = ", ".join(quote(column["name"]) for column in relation["columns"][: len(source.columns)])
        rows = f"(select * from {source.table} as _w({columns}))"
    else:
        rows = source.table
    found = lake.first(session.cursor, f"select 1 from {rows} as _c where ({condition}) is not true limit 1")
    if found:
        raise SqlError(
            "DELTA_REPLACE_WHERE_MISMATCH",
            f"Written data does not conform to partial table overwrite condition or constraint '{written.strip()}'.",
            "44000",
        )
