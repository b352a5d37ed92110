"""Materialized views and streaming tables: tables with a stored query, written by REFRESH alone, with their owner's rights.

A refresh computes all rows anew. For a streaming table that gives what a stream would have given as long as its sources
are only appended to, which is what Databricks asks of them. Schedules are kept and shown, and not acted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.identity import directory
from infra.emulator.sql import catalogue, lookup, result, rights, writing
from infra.emulator.sql.errors import SqlError, Unsupported, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import run
from infra.emulator.sql.query.frame import Frame
from infra.emulator.sql.statements import table_definition
from infra.emulator.sql.statements.table_definition import Definition
from infra.emulator.sql.statements.tables import describe, name_columns
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types.duck import quote, to_duckdb
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import TABLE, Column, Relation, TableType

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_PRIVILEGES = {"MATERIALIZED_VIEW": "CREATE_MATERIALIZED_VIEW", "STREAMING_TABLE": "CREATE_TABLE"}


def create(session: Session, tokens: Tokens, table_type: TableType, *, replace: bool) -> result.Result:
    """What comes after `CREATE [OR REPLACE | OR REFRESH] {MATERIALIZED VIEW | STREAMING TABLE}`."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    name = session.full_name(tokens.name())
    catalogue.may_create(session, name, _PRIVILEGES[table_type])
    definition = table_definition.read(tokens, name.name)
    if not tokens.take("AS"):
        raise Unsupported("a streaming table without a query")
    query = tokens.rest()
    with session.workspace.lake.writing(str(name)):
        former = lookup.find(session.workspace, name)
        if former is not None:
            if tolerant:
                return result.empty()
            if not replace:
                raise already_exists(*name)
            catalogue.changeable(session, tuple(name))
            if former["table_type"] != table_type:
                raise SqlError("WRONG_COMMAND_FOR_OBJECT_TYPE", f"{name.quoted} is a {former['table_type']}.", "42809")
        relation = _relation(session, name, definition, query, table_type)
        if former is not None:
            catalogue.succeed(relation, former)
        _fill(session, relation, former, "CREATE OR REPLACE" if former is not None else "CREATE")
    return result.empty()


def _relation(session: Session, name: FullName, definition: Definition, query: str, table_type: TableType) -> Relation:
    frame = Frame(session.catalog, session.schema, session.caller, sees_temporary=False, views=(str(name),))
    described = run.storable(session, run.translate_text(session, query, frame))[1]
    columns = catalogue.columns_of(described)
    if definition.columns:
        if len(definition.columns) != len(columns):
            raise SqlError(
                "CREATE_VIEW_COLUMN_ARITY_MISMATCH",
                f"The query gives {len(columns)} columns, the list defines {len(definition.columns)}.",
                "21S01",
            )
        columns = definition.columns
    name_columns(columns, definition)
    relation = describe(session, name, definition, columns)
    relation["table_type"] = table_type
    relation["view_definition"] = query
    relation["view_catalog"], relation["view_schema"] = session.catalog, session.schema
    if definition.schedule is not None:
        relation["schedule"] = definition.schedule
    return relation


def _fill(session: Session, relation: Relation, former: Relation | None, operation: str) -> None:
    """Give the relation a new physical table with its query's rows, and save it."""
    owner = directory.caller_named(session.workspace, relation["owner"]) or session.caller
    name = str(lookup.name_of(relation))
    frame = Frame(relation["view_catalog"], relation["view_schema"], owner, sees_temporary=False, views=(name,))
    sql = _cast(run.translate_text(session, relation["view_definition"], frame), relation["columns"])
    relation["updated_at"], relation["updated_by"] = session.workspace.clock.millis(), session.caller.name
    with writing.transaction(session, replaced=former):
        relation["physical"] = writing.create_physical(session, relation["columns"], sql)
        writing.record(session, relation, operation)
    catalogue.put(session, relation)
    if former is not None and former["physical"] is not None:
        session.workspace.lake.discard(former["physical"])


def _cast(sql: str, columns: list[Column]) -> str:
    """The query's rows, whose columns have the document's names and types."""
    numbered = ", ".join(f"c{position}" for position in range(len(columns)))
    casts = ", ".join(
        f"cast(c{position} as {to_duckdb(data_type(column))}) as {quote(column['name'])}"
        for position, column in enumerate(columns)
    )
    return f"select {casts} from ({sql}) as _filled({numbered})"


def refresh(session: Session, tokens: Tokens) -> result.Result:
    """`REFRESH {MATERIALIZED VIEW | STREAMING TABLE} name [FULL] [SYNC | ASYNC]`; `REFRESH TABLE name` does nothing."""
    tokens.expect("REFRESH")
    kind = tokens.take_one("MATERIALIZED", "STREAMING", "TABLE", "FOREIGN")
    if kind == "FOREIGN":
        raise Unsupported("REFRESH FOREIGN")
    if kind in ("MATERIALIZED", "STREAMING"):
        tokens.take_one("VIEW", "TABLE")
    name = session.full_name(tokens.name())
    while tokens.take_one("FULL", "SYNC", "ASYNC"):
        pass
    tokens.end()
    with session.workspace.lake.writing(str(name)):
        relation = lookup.get(session.workspace, session.caller, name)
        if relation["table_type"] not in lookup.DERIVED:
            if kind == "TABLE":
                return result.empty()
            raise SqlError("WRONG_COMMAND_FOR_OBJECT_TYPE", f"{name.quoted} has no query to refresh it by.", "42809")
        rights.require(session.workspace, session.caller, "REFRESH", TABLE, str(name))
        former = dict(relation)
        _fill(session, relation, former, "REFRESH")  # type: ignore[arg-type]
    return result.empty()


STATEMENTS = {"REFRESH": refresh}
