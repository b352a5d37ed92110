"""SQL functions of the workspace: a call becomes the function's body, its parameters replaced by the arguments.

The body reads with the rights of the function's owner, as a view does. Row filters and column masks are such functions
(`guards`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from infra.emulator.identity import directory
from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.names import FullName
from infra.emulator.sql.query import parse
from infra.emulator.sql.query.frame import Frame
from infra.emulator.sql.types import parse as types
from infra.emulator.unity.relations import FUNCTION

if TYPE_CHECKING:
    from infra.emulator.sql.query.resolve import Resolver
    from infra.emulator.sql.session import Session

Routine = dict[str, Any]
_MOST = 20


def find(session: Session, name: FullName) -> Routine | None:
    """The function's document, or None."""
    return session.workspace.store.get(FUNCTION, str(name))


def get(session: Session, full_name: str) -> Routine:
    """The document of a function that a table names. Raises SqlError if it is gone."""
    document = session.workspace.store.get(FUNCTION, full_name)
    if document is None:
        raise SqlError("ROUTINE_NOT_FOUND", f"The routine {full_name} cannot be found.", "42883")
    return document


def parameters(document: Routine) -> list[dict[str, Any]]:
    """The function's parameters, in order."""
    listed: list[dict[str, Any]] = document.get("input_params", {}).get("parameters", [])
    return listed


def expand(resolver: Resolver, document: Routine, arguments: Sequence[exp.Expr], outer: Frame) -> exp.Expr:
    """The function's body for these arguments, which are resolved already. Raises SqlError."""
    name = ".".join((document["catalog_name"], document["schema_name"], document["name"]))
    if f"function {name}" in outer.views or len(outer.views) > _MOST:
        raise SqlError("RECURSIVE_ROUTINE", f"The function {name} calls itself.", "42K0H")
    owner = directory.caller_named(resolver.session.workspace, document["owner"])
    if owner is None:
        raise SqlError("PRINCIPAL_DOES_NOT_EXIST", f"The owner of the function {name} does not exist.", "42704")
    frame = Frame(document["catalog_name"], document["schema_name"], owner, False, (*outer.views, f"function {name}"))
    body = resolver.resolve(_body(document["routine_definition"]), frame)
    given = _bound(document, arguments, name)
    for column in list(body.find_all(exp.Column)):
        value = given.get(column.name.lower())
        if value is not None and (not column.table or column.table.lower() == document["name"]):
            if column is body:
                body = value.copy()
            else:
                column.replace(value.copy())
    return exp.paren(cast_as(body, document["full_data_type"]))


def _body(text: str) -> exp.Expr:
    """A function returns an expression or what a query gives."""
    if text.lstrip("( \n\t").lower().startswith(("select", "with", "values", "from")):
        return exp.Subquery(this=parse.query(text))
    return exp.paren(parse.expression(text))


def _bound(document: Routine, arguments: Sequence[exp.Expr], name: str) -> dict[str, exp.Expr]:
    """The arguments by parameter, cast to its type; defaults for those that are missing."""
    listed = parameters(document)
    given: dict[str, exp.Expr] = {}
    for position, argument in enumerate(arguments):
        if isinstance(argument, exp.Kwarg | exp.PropertyEQ):
            given[argument.this.name.lower()] = argument.expression
        elif position < len(listed):
            given[listed[position]["name"].lower()] = argument
    for parameter in listed:
        if parameter["name"].lower() not in given and parameter.get("parameter_default"):
            given[parameter["name"].lower()] = parse.expression(parameter["parameter_default"])
    if len(arguments) > len(listed) or {parameter["name"].lower() for parameter in listed} != set(given):
        raise SqlError(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            f"The `{name}` requires {len(listed)} parameters but the actual number is {len(arguments)}.",
            "42605",
        )
    return {
        parameter["name"].lower(): cast_as(given[parameter["name"].lower()], parameter["type_text"]) for parameter in listed
    }


def cast_as(value: exp.Expr, type_text: str) -> exp.Expr:
    """A cast by Databricks' rules, which the rewriting still has to make DuckDB's."""
    types.parse(type_text)
    return exp.Cast(this=exp.paren(value), to=exp.DataType.build(type_text, dialect="databricks"))
