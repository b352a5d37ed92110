"""Parameters of a statement as literals of its tree. A value never becomes text of the statement, so it cannot become SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlglot import exp

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.query.parse import POSITION
from infra.emulator.sql.types import parse


def from_thrift(parameters: Iterable[Any]) -> dict[str, exp.Expr]:
    """TSparkParameter: named, or by position."""
    bound: dict[str, exp.Expr] = {}
    position = 0
    for parameter in parameters:
        value = parameter.value
        text = None
        if value is not None:
            known = (value.stringValue, value.doubleValue, value.booleanValue)
            text = next((_text(each) for each in known if each is not None), None)
        if parameter.name:
            key = parameter.name
        else:
            key, position = f"{POSITION}{position}", position + 1
        bound[key] = literal(text, parameter.type or "STRING")
    return bound


def from_json(parameters: Iterable[Mapping[str, Any]]) -> dict[str, exp.Expr]:
    """StatementParameterListItem of the Statement Execution API: named, or by position."""
    bound: dict[str, exp.Expr] = {}
    position = 0
    for parameter in parameters:
        value = parameter.get("value")
        if parameter.get("name"):
            key = str(parameter["name"])
        else:
            key, position = f"{POSITION}{position}", position + 1
        bound[key] = literal(None if value is None else str(value), str(parameter.get("type") or "STRING"))
    return bound


def literal(text: str | None, type_text: str) -> exp.Expr:
    """A value of a type, given as text, as an expression. Raises SqlError for a type that there is not."""
    if text is None or type_text.upper() == "VOID":
        return exp.Null()
    if type_text.upper().startswith(("ARRAY", "MAP", "STRUCT", "BINARY")):
        raise SqlError("UNSUPPORTED_FEATURE", f"This local workspace does not support parameters of type {type_text}.", "0A000")
    kind = parse.parse(type_text)
    string = exp.Literal.string(text)
    if kind.name == "string":
        return string
    return exp.Cast(this=string, to=exp.DataType.build(kind.text(), dialect="databricks"))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
