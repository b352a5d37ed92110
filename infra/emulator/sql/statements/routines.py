"""CREATE FUNCTION: functions in SQL that give one value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.emulator.sql import lookup, result, rights
from infra.emulator.sql.errors import SqlError, Unsupported
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import parse, run
from infra.emulator.sql.tokens import Tokens
from infra.emulator.sql.types import parse as types
from infra.emulator.sql.types.wire import column, type_name
from infra.emulator.unity import registry
from infra.emulator.unity.relations import FUNCTION
from infra.emulator.unity.securables import SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def create(session: Session, tokens: Tokens, *, replace: bool) -> result.Result:
    """`[IF NOT EXISTS] name (parameters) [RETURNS type] [options] RETURN body`, after CREATE FUNCTION."""
    tolerant = tokens.take("IF", "NOT", "EXISTS")
    name = session.full_name(tokens.name())
    parameters = tokens.listed(lambda: _parameter(tokens))
    document = _stamp(session, name, parameters)
    if tokens.take("RETURNS"):
        if tokens.at("TABLE"):
            raise Unsupported("functions that return a table")
        document["full_data_type"] = types.read(tokens).text()
    while not tokens.at_one("RETURN", "AS") and not tokens.done:
        _option(tokens, document)
    if tokens.take("AS"):
        raise Unsupported("functions in Python")
    tokens.expect("RETURN")
    document["routine_definition"] = tokens.rest()
    lookup.need_schema(session.workspace, name.catalog, name.schema)
    rights.require(session.workspace, session.caller, "CREATE_FUNCTION", SCHEMA, name.parent)
    _type(session, document, parameters)
    return _put(session, name, document, replace=replace, tolerant=tolerant)


def _stamp(session: Session, name: FullName, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    for position, parameter in enumerate(parameters):
        parameter["position"] = position
    return {
        **registry.stamp(session.workspace, session.caller),
        "name": name.name,
        "catalog_name": name.catalog,
        "schema_name": name.schema,
        "full_name": str(name),
        "function_id": session.workspace.new_uuid(),
        "input_params": {"parameters": parameters},
        "routine_body": "SQL",
        "parameter_style": "S",
        "is_deterministic": True,
        "is_null_call": False,
        "security_type": "DEFINER",
        "sql_data_access": "CONTAINS_SQL",
        "specific_name": name.name,
    }


def _parameter(tokens: Tokens) -> dict[str, Any]:
    name = tokens.identifier()
    kind = types.read(tokens)
    described = column(name, kind, 0)
    parameter: dict[str, Any] = {key: described[key] for key in ("name", "type_text", "type_name", "type_json")}  # type: ignore[literal-required]
    while tokens.at_one("DEFAULT", "COMMENT"):
        if tokens.take("DEFAULT"):
            parameter["parameter_default"] = tokens.until(",", ")", "COMMENT")
        else:
            tokens.expect("COMMENT")
            parameter["comment"] = tokens.string()
    return parameter


def _option(tokens: Tokens, document: dict[str, Any]) -> None:
    if tokens.take("LANGUAGE"):
        language = tokens.identifier().upper()
        if language != "SQL":
            raise Unsupported(f"functions in {language.title()}")
    elif tokens.take("COMMENT"):
        document["comment"] = tokens.string()
    elif tokens.take("NOT", "DETERMINISTIC"):
        document["is_deterministic"] = False
    elif tokens.take("READS", "SQL", "DATA"):
        document["sql_data_access"] = "READS_SQL_DATA"
    elif not (tokens.take("DETERMINISTIC") or tokens.take("CONTAINS", "SQL")):
        raise tokens.fault("in the definition of a function")


def _type(session: Session, document: dict[str, Any], parameters: list[dict[str, Any]]) -> None:
    """Find the type of a body without RETURNS, and check that the body can be run: with nulls for its parameters."""
    body = document["routine_definition"]
    nulls = ", ".join(f"cast(null as {parameter['type_text']}) as `{parameter['name']}`" for parameter in parameters)
    source = f" from (select {nulls})" if nulls else ""
    is_query = body.lstrip("( \n\t").lower().startswith(("select", "with", "values", "from"))
    parse.query(body) if is_query else parse.expression(body)
    described = run.describe(session, run.translate_text(session, f"select ({body}) as value{source}"))
    kind = types.parse(document["full_data_type"]) if "full_data_type" in document else described[0][1]
    document["full_data_type"], document["data_type"] = kind.text(), type_name(kind)


def _put(session: Session, name: FullName, document: dict[str, Any], *, replace: bool, tolerant: bool) -> result.Result:
    store = session.workspace.store
    with store.transaction():
        former = store.get(FUNCTION, str(name))
        if former is not None:
            if tolerant:
                return result.empty()
            if not replace:
                raise SqlError(
                    "ROUTINE_ALREADY_EXISTS", f"Cannot create the function {name.quoted}: it already exists.", "42723"
                )
            rights.require_manage(session.workspace, session.caller, FUNCTION, str(name))
            document |= {key: former[key] for key in ("owner", "created_at", "created_by", "function_id")}
        store.put(FUNCTION, str(name), document, parent=name.parent)
    return result.empty()
