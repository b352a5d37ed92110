"""DROP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, lookup, result
from infra.emulator.sql.errors import SqlError, Unsupported, catalog_not_found, schema_not_found, table_not_found
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import catalogs, schemas, tables
from infra.emulator.unity.relations import FUNCTION
from infra.emulator.unity.securables import CATALOG, SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def drop(session: Session, tokens: Tokens) -> result.Result:
    """`DROP kind [IF EXISTS] name [RESTRICT | CASCADE]`."""
    tokens.expect("DROP")
    if tokens.take_one("SCHEMA", "DATABASE"):
        return _schema(session, tokens)
    if tokens.take("CATALOG"):
        return _catalog(session, tokens)
    if tokens.take("FUNCTION"):
        return _function(session, tokens)
    kind = tokens.take_one("TABLE", "VIEW", "MATERIALIZED", "STREAMING")
    if not kind:
        raise Unsupported(f"DROP {tokens.word()}")
    tokens.take_one("VIEW") if kind == "MATERIALIZED" else tokens.take_one("TABLE") if kind == "STREAMING" else ""
    return _relation(session, tokens, kind)


def _relation(session: Session, tokens: Tokens, kind: str) -> result.Result:
    tolerant = tokens.take("IF", "EXISTS")
    parts = tokens.name()
    tokens.take("PURGE")
    tokens.end()
    if len(parts) == 1 and session.temporary_views.pop(parts[0].lower(), None) is not None:
        return result.empty()
    name = session.full_name(parts)
    with session.workspace.lake.writing(str(name)):
        found = lookup.find(session.workspace, name)
        if found is None:
            if tolerant:
                return result.empty()
            raise table_not_found(*name)
        relation = catalogue.changeable(session, parts)
        is_view = relation["table_type"] == "VIEW"
        if is_view and kind in ("TABLE", "STREAMING"):
            raise SqlError("WRONG_COMMAND_FOR_OBJECT_TYPE", f"{name.quoted} is a VIEW. Please use DROP VIEW instead.", "42809")
        if not is_view and kind == "VIEW" and relation["table_type"] not in lookup.DERIVED:
            raise SqlError(
                "WRONG_COMMAND_FOR_OBJECT_TYPE", f"{name.quoted} is a TABLE. Please use DROP TABLE instead.", "42809"
            )
        catalogue.remove(session, relation)
    return result.empty()


def _schema(session: Session, tokens: Tokens) -> result.Result:
    tolerant = tokens.take("IF", "EXISTS")
    catalog, name = complete_schema(tokens.name(), session.catalog)
    cascade = tokens.take_one("CASCADE", "RESTRICT") == "CASCADE"
    tokens.end()
    if session.workspace.store.get(SCHEMA, f"{catalog}.{name}") is None:
        if tolerant:
            return result.empty()
        raise schema_not_found(catalog, name)
    schemas.drop(session.workspace, session.caller, f"{catalog}.{name}", force=cascade)
    return result.empty()


def _catalog(session: Session, tokens: Tokens) -> result.Result:
    tolerant = tokens.take("IF", "EXISTS")
    name = tokens.identifier().lower()
    cascade = tokens.take_one("CASCADE", "RESTRICT") == "CASCADE"
    tokens.end()
    if session.workspace.store.get(CATALOG, name) is None:
        if tolerant:
            return result.empty()
        raise catalog_not_found(name)
    catalogs.drop(session.workspace, session.caller, name, force=cascade)
    return result.empty()


def _function(session: Session, tokens: Tokens) -> result.Result:
    tolerant = tokens.take("IF", "EXISTS")
    name = session.full_name(tokens.name())
    tokens.end()
    if session.workspace.store.get(FUNCTION, str(name)) is None and tolerant:
        return result.empty()
    tables.drop(session.workspace, session.caller, FUNCTION, str(name))
    return result.empty()


STATEMENTS = {"DROP": drop}
