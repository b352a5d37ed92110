"""CREATE VIEW and ALTER VIEW … AS: a view is its text, the names it may use, and the columns it had when it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result
from infra.emulator.sql.errors import SqlError, Unsupported, already_exists
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import outputs, parse, run
from infra.emulator.sql.query.frame import Frame, TemporaryView
from infra.emulator.sql.statements import table_definition
from infra.emulator.sql.statements.table_definition import Definition
from infra.emulator.sql.statements.tables import name_columns
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.relations import Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def create(session: Session, tokens: Tokens, *, replace: bool, temporary: bool) -> result.Result:
    """What comes after `CREATE [OR REPLACE] [TEMPORARY] VIEW`."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    parts = tokens.name()
    if tokens.at("WITH", "METRICS"):
        raise Unsupported("metric views")
    if tokens.take("WITH", "SCHEMA"):
        tokens.take_one("BINDING", "COMPENSATION", "EVOLUTION", "TYPE")
        tokens.take("EVOLUTION")
    definition = table_definition.read(tokens, parts[-1])
    tokens.expect("AS")
    query = tokens.rest()
    if temporary:
        return _temporary(session, parts, definition, query, replace=replace, tolerant=tolerant)
    name = session.full_name(parts)
    catalogue.may_create(session, name)
    with session.workspace.lake.writing(str(name)):
        former = lookup.find(session.workspace, name)
        if former is not None and tolerant:
            return result.empty()
        if former is not None:
            _need_view(session, name, former, replace=replace)
        write(session, name, definition, query, former)
    return result.empty()


def _need_view(session: Session, name: FullName, former: Relation, *, replace: bool) -> None:
    if not replace:
        raise already_exists(*name)
    catalogue.changeable(session, tuple(name))
    if former["table_type"] != "VIEW":
        raise SqlError(
            "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", f"The operation expects a view but {name.quoted} is a table.", "42809"
        )


def write(session: Session, name: FullName, definition: Definition, query: str, former: Relation | None) -> None:
    """Write the view's document. Its query must be one, and its names resolve with the caller's rights."""
    frame = Frame(session.catalog, session.schema, session.caller, sees_temporary=False, views=(str(name),))
    if not definition.untyped and (unnamed := outputs.unnamed(parse.query(query, session.parameters))):
        raise SqlError(
            "CREATE_PERMANENT_VIEW_WITHOUT_ALIAS",
            f"Not allowed to create the permanent view {name.quoted} without explicitly assigning an alias for the expression"
            f" {unnamed}.",
            "0A000",
        )
    columns = catalogue.columns_of(run.describe(session, run.translate_text(session, query, frame)))
    name_columns(columns, definition)
    relation = catalogue.new(
        session,
        name,
        "VIEW",
        columns,
        physical=None,
        comment=definition.comment,
        properties=definition.properties,
        view_definition=query,
        view_catalog=session.catalog,
        view_schema=session.schema,
    )
    if former is not None:
        catalogue.succeed(relation, former)
    catalogue.put(session, relation)


def _temporary(
    session: Session, parts: tuple[str, ...], definition: Definition, query: str, *, replace: bool, tolerant: bool
) -> result.Result:
    if len(parts) > 1:
        raise SqlError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", f"A temporary view has no schema: {'.'.join(parts)}.", "428EK")
    key = parts[0].lower()
    if key in session.temporary_views and not replace:
        if tolerant:
            return result.empty()
        raise SqlError(
            "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
            f"Cannot create the temporary view `{parts[0]}` because it already exists.",
            "42P07",
        )
    former = session.temporary_views.pop(key, None)
    try:
        columns = catalogue.columns_of(run.describe(session, run.translate_text(session, query)))
        name_columns(columns, definition)
    except BaseException:
        if former is not None:
            session.temporary_views[key] = former
        raise
    named = tuple(column["name"] for column in columns) if definition.untyped else ()
    session.temporary_views[key] = TemporaryView(parts[0], query, session.catalog, session.schema, named, definition.comment)
    return result.empty()
