"""CREATE TABLE, with columns or as a query; CREATE OR REPLACE TABLE, REPLACE TABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result, writing
from infra.emulator.sql.errors import SqlError, SyntaxFault, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import outputs, run
from infra.emulator.sql.statements import clone, table_definition
from infra.emulator.sql.statements.constraints import finish_key
from infra.emulator.sql.statements.table_definition import Definition
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import paths, relations
from infra.emulator.unity.relations import TABLE, Constraint, Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def create(session: Session, tokens: Tokens, *, replace: bool) -> result.Result:
    """What comes after `CREATE [OR REPLACE] TABLE`. The commit of the document is what makes the table."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    name = session.full_name(tokens.name())
    catalogue.may_create(session, name)
    if tokens.at("LIKE"):
        return clone.like(session, tokens, name, tolerant=tolerant)
    if tokens.at_one("SHALLOW", "DEEP", "CLONE"):
        return clone.clone(session, tokens, name, replace=replace, tolerant=tolerant)
    definition = table_definition.read(tokens, name.name)
    tokens.take("AS")
    query = tokens.rest() or None
    with session.workspace.lake.writing(str(name)):
        former = replaceable(session, name, replace=replace, tolerant=tolerant)
        if former is not None and not replace:
            return result.empty()
        _write(session, name, definition, query, former)
    return result.empty()


def replaceable(session: Session, name: FullName, *, replace: bool, tolerant: bool) -> Relation | None:
    """What stands under this name, None if nothing. Raises SqlError if it may not be replaced, or ignored."""
    former = lookup.find(session.workspace, name)
    if former is None:
        return None
    if not replace and not tolerant:
        raise already_exists(*name)
    if replace:
        catalogue.changeable(session, tuple(name))
        if former["table_type"] in lookup.VIEWS:
            raise SqlError(
                "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE",
                f"CREATE OR REPLACE TABLE expects a table but {name.quoted} is a view.",
                "42809",
            )
    return former


def _write(session: Session, name: FullName, definition: Definition, query: str | None, former: Relation | None) -> None:
    if definition.location:
        paths.require_external(session.workspace, session.caller, definition.location, TABLE, but=str(name))
    sql = None
    columns = definition.columns
    if query is not None:
        if columns:
            raise SyntaxFault("Syntax error: a table that is made by a query takes its columns' types from it.")
        sql, described = run.storable(session, run.translate_text(session, query))
        if definition.properties.get("delta.columnMapping.mode", "none").lower() == "none":
            outputs.need_delta_names(described)
        columns = catalogue.columns_of(described)
        name_columns(columns, definition)
    elif definition.untyped:
        raise SyntaxFault(f"Syntax error: the column {definition.untyped[0][0]} has no type.")
    relation = describe(session, name, definition, columns)
    if former is not None:
        catalogue.succeed(relation, former)
    operation = "CREATE OR REPLACE TABLE" if former is not None else "CREATE TABLE"
    with writing.transaction(session, replaced=former) as cursor:
        relation["physical"] = writing.create_physical(session, columns, sql)
        rows = lake.first(cursor, f"select count(*) from lake.data.t_{relation['physical']}") if sql else None
        metrics = {"numOutputRows": rows[0]} if rows else {}
        writing.record(session, relation, f"{operation} AS SELECT" if sql else operation, metrics=metrics)
    catalogue.put(session, relation)
    if former is not None and former["physical"] is not None:
        session.workspace.lake.discard(former["physical"])


def name_columns(columns: list[relations.Column], definition: Definition) -> None:
    """Give a query's columns the names and comments of the definition's list. Raises SqlError if their number differs."""
    if not definition.untyped:
        return
    if len(definition.untyped) != len(columns):
        raise SqlError(
            "CREATE_VIEW_COLUMN_ARITY_MISMATCH",
            f"The query gives {len(columns)} columns, the list names {len(definition.untyped)}.",
            "21S01",
        )
    for column, (given, comment) in zip(columns, definition.untyped, strict=True):
        column["name"] = given
        if comment is not None:
            column["comment"] = comment
        catalogue.renew(column)


def describe(session: Session, name: FullName, definition: Definition, columns: list[relations.Column]) -> Relation:
    """The document of a table that is about to be made; its physical table comes later."""
    lower = {column["name"].lower() for column in columns}
    for wanted in (*definition.partitioned_by, *(definition.clustered_by or [])):
        if wanted.partition(".")[0].lower() not in lower:
            raise SqlError("COLUMN_NOT_DEFINED_IN_TABLE", f"Column `{wanted}` is not defined in table {name.quoted}.", "42703")
    if definition.row_filter is not None:
        function = session.full_name(tuple(definition.row_filter["function_name"].split(".")))
        definition.row_filter["function_name"] = str(function)
    for column in columns:
        if "mask" in column:
            column["mask"]["function_name"] = str(session.full_name(tuple(column["mask"]["function_name"].split("."))))
    for position, partition in enumerate(definition.partitioned_by):
        for column in columns:
            if column["name"].lower() == partition.lower():
                column["partition_index"] = position
    constraints: list[Constraint] = [finish_key(session, constraint, columns) for constraint in definition.constraints]
    return catalogue.new(
        session,
        name,
        "EXTERNAL" if definition.location else "MANAGED",
        columns,
        physical=None,
        data_source_format=definition.provider,
        comment=definition.comment,
        properties=definition.properties,
        constraints=constraints,
        partition_columns=definition.partitioned_by,
        clustering_columns=definition.clustered_by,
        cluster_by_auto=definition.cluster_auto or None,
        row_filter=definition.row_filter,
        storage_location=definition.location,
    )
