"""Names of a query's columns that it does not name itself: Spark's own text of the expression."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.types.model import DataType

_GENERATED = "generated"
_NAMED = (exp.Alias, exp.Aliases, exp.Column, exp.Star, exp.Explode, exp.Inline, exp.Stack, exp.Dot)
_NOT_IN_DELTA = frozenset(" ,;{}()\n\t=")


def name(tree: exp.Expr) -> None:
    """Give each unnamed item of the (leftmost) SELECT list an alias, as clients of Databricks see it: count(1), (a + 1)."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return
    for item in list(tree.expressions):
        if isinstance(item, _NAMED) or _is_call_of_many(item):
            continue
        if not (text := _text(item)):  # DuckDB has no empty names
            continue
        alias = exp.Alias(this=exp.Null(), alias=exp.to_identifier(text, quoted=True))
        alias.meta[_GENERATED] = True
        item.replace(alias)
        alias.set("this", item)


def _is_call_of_many(item: exp.Expr) -> bool:
    return isinstance(item, exp.Anonymous) and item.name.lower() in ("inline_outer", "json_tuple")


def _text(item: exp.Expr) -> str:
    if isinstance(item, exp.Literal):
        return str(item.this)
    if isinstance(item, exp.Count) and isinstance(item.this, exp.Star):
        return "count(1)"
    text = item.sql(dialect="databricks", normalize_functions="lower", comments=False).replace("'", "")
    return f"({text})" if isinstance(item, exp.Binary | exp.Not | exp.Neg) and not isinstance(item, exp.Func) else text


def unnamed(tree: exp.Expr) -> str:
    """The first generated name of a query's columns; empty if all were given."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    listed = tree.expressions if isinstance(tree, exp.Select) else []
    return next((item.alias for item in listed if isinstance(item, exp.Alias) and item.meta.get(_GENERATED)), "")


def need_delta_names(columns: tuple[tuple[str, DataType], ...]) -> None:
    """Raise SqlError if a table cannot have columns of these names."""
    for column, _ in columns:
        if _NOT_IN_DELTA & set(column):
            raise SqlError(
                "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES",
                f"Found invalid character(s) among ' ,;{{}}()\\n\\t=' in the column names of your schema: {column}."
                " Please use other characters and try again, or enable column mapping.",
                "42K05",
            )
