"""Catalogs and schemas: CREATE, USE. The operations are those of the REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.emulator.sql import lookup, result
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.names import INFORMATION_SCHEMA, SYSTEM, complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import catalogs, schemas
from infra.emulator.unity.securables import CATALOG, SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def create_schema(session: Session, tokens: Tokens) -> result.Result:
    """`[IF NOT EXISTS] name [COMMENT …] [MANAGED LOCATION …] [WITH DBPROPERTIES (…)]`, after CREATE SCHEMA."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    catalog, name = complete_schema(tokens.name(), session.catalog)
    body = {"catalog_name": catalog, "name": name} | _options(tokens)
    lookup.need_catalog(session.workspace, catalog)
    if tolerant and session.workspace.store.get(SCHEMA, f"{catalog}.{name}") is not None:
        return result.empty()
    schemas.create(session.workspace, session.caller, body)
    return result.empty()


def create_catalog(session: Session, tokens: Tokens) -> result.Result:
    """`[IF NOT EXISTS] name [COMMENT …] [MANAGED LOCATION …] [OPTIONS (…)]`, after CREATE CATALOG."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    name = tokens.identifier().lower()
    if tokens.at("USING"):
        raise Unsupported("catalogs of other systems (USING SHARE, USING …)")
    body = {"name": name} | _options(tokens)
    if tolerant and session.workspace.store.get(CATALOG, name) is not None:
        return result.empty()
    catalogs.create(session.workspace, session.caller, body)
    return result.empty()


def _options(tokens: Tokens) -> dict[str, Any]:
    body: dict[str, Any] = {}
    while not tokens.done:
        if tokens.take("COMMENT"):
            body["comment"] = tokens.string()
        elif tokens.take("MANAGED", "LOCATION"):
            body["storage_root"] = tokens.string()
        elif tokens.take("WITH", "DBPROPERTIES"):
            body["properties"] = tokens.pairs()
        elif tokens.take("OPTIONS"):
            body["options"] = tokens.pairs()
        else:
            raise tokens.fault()
    return body


def use(session: Session, tokens: Tokens) -> result.Result:
    """`USE [SCHEMA | DATABASE] [catalog.]schema`, `USE CATALOG name`, `SET CATALOG name`."""
    if not tokens.take("SET"):
        tokens.expect("USE")
    if tokens.take("CATALOG"):
        catalog = tokens.string().lower() if tokens.at_string() else tokens.identifier().lower()
        if catalog != SYSTEM:
            lookup.use_catalog(session.workspace, session.caller, catalog)
        session.catalog, session.schema = catalog, "default"
    else:
        tokens.take_one("SCHEMA", "DATABASE")
        catalog, schema = complete_schema(tokens.name(), session.catalog)
        if schema != INFORMATION_SCHEMA:
            lookup.use_schema(session.workspace, session.caller, catalog, schema)
        session.catalog, session.schema = catalog, schema
    tokens.end()
    return result.empty()


STATEMENTS = {"USE": use, "SET CATALOG": use}
