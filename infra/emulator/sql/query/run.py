"""Running translated queries: their result as an Arrow table of Databricks' types, or their columns alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.query import parse
from infra.emulator.sql.query.frame import Frame
from infra.emulator.sql.query.render import finish
from infra.emulator.sql.query.resolve import Resolver
from infra.emulator.sql.result import Result
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import from_duckdb, quote, same_in_duckdb, to_duckdb

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

Columns = tuple[tuple[str, DataType], ...]


def translate(session: Session, tree: exp.Expr, frame: Frame | None = None) -> str:
    """DuckDB SQL of a parsed query or expression."""
    resolved = Resolver(session).resolve(tree, frame or session.frame)
    return finish(session, resolved)


def translate_text(session: Session, text: str, frame: Frame | None = None) -> str:
    """DuckDB SQL of a query's text."""
    return translate(session, parse.query(text, session.parameters), frame)


def describe(session: Session, sql: str) -> Columns:
    """The columns that DuckDB SQL gives, without running it."""
    relation = session.cursor.sql(sql)
    return tuple((name, from_duckdb(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))


def fetch(session: Session, sql: str) -> Result:
    """Run DuckDB SQL and take all it gives."""
    relation = session.cursor.sql(sql)
    columns = tuple((name, from_duckdb(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))
    return Result(columns, shaped(relation.to_arrow_table(), columns))


def storable(session: Session, sql: str) -> tuple[str, Columns]:
    """DuckDB SQL that gives the same rows in types that tables can have, and its columns. Names must differ."""
    relation = session.cursor.sql(sql)
    columns = tuple((name, from_duckdb(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))
    _need_distinct(columns)
    if all(same_in_duckdb(kind, wanted) for kind, (_, wanted) in zip(relation.types, columns, strict=True)):
        return sql, columns
    casts = ", ".join(f"cast({quote(name)} as {to_duckdb(kind)}) as {quote(name)}" for name, kind in columns)
    return f"select {casts} from ({sql}) as _stored", columns


def _need_distinct(columns: Columns) -> None:
    seen: set[str] = set()
    for name, _ in columns:
        if name.lower() in seen:
            raise SqlError("COLUMN_ALREADY_EXISTS", f"The column `{name}` already exists. Choose another name.", "42711")
        seen.add(name.lower())


def shaped(table: pa.Table, columns: Columns) -> pa.Table:
    """DuckDB's Arrow table with Databricks' Arrow types."""
    arrays = [_shape(column, kind) for column, (_, kind) in zip(table.columns, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema([pa.field(name, kind.arrow()) for name, kind in columns]))


def _shape(column: pa.ChunkedArray, kind: DataType) -> pa.ChunkedArray:
    wanted = kind.arrow()
    if column.type == wanted:
        return column
    if kind.name.startswith("interval"):
        return pa.chunked_array([pa.array([_interval(value) for value in column.to_pylist()], pa.string())])
    return pc.cast(column, wanted)


def _interval(value: object) -> str | None:
    """An interval in Spark's text: `1-2` for months, `1 02:03:04.000000000` for the rest."""
    if value is None:
        return None
    months, days, nanoseconds = cast("tuple[int, int, int]", value)
    if months and not days and not nanoseconds:
        return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"
    total = (months * 30 + days) * 86_400_000_000_000 + nanoseconds
    seconds, rest = divmod(abs(total), 1_000_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"{'-' if total < 0 else ''}{day} {hour:02}:{minute:02}:{second:02}.{rest:09}"
