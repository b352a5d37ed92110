"""Making nodes of DuckDB SQL."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import to_duckdb


def call(name: str, *arguments: exp.Expr | str | int | None) -> exp.Anonymous:
    """A function call; None arguments are left out, texts and numbers are literals."""
    return exp.Anonymous(this=name, expressions=[node(each) for each in arguments if each is not None])


def node(value: exp.Expr | str | int) -> exp.Expr:
    """A node as it is, a text or number as a literal."""
    if isinstance(value, exp.Expr):
        return value
    return exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(value)


def cast(value: exp.Expr, kind: DataType | str) -> exp.Cast:
    """A cast to a type, given as Databricks' or as DuckDB's own text."""
    text = kind if isinstance(kind, str) else to_duckdb(kind)
    return exp.Cast(this=value, to=exp.DataType.build(text, dialect="duckdb"))


def sql(text: str) -> exp.Expr:
    """An expression of DuckDB's SQL."""
    return exp.maybe_parse(text, dialect="duckdb")


def lambda_(parameters: list[str], body: exp.Expr) -> exp.Lambda:
    """`lambda a, b: body`."""
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name) for name in parameters])


def outermost(function: exp.Expr) -> exp.Expr:
    """An aggregate with what belongs to it: FILTER, WITHIN GROUP, IGNORE NULLS, OVER. Casts go around all of it."""
    whole = function
    while isinstance(whole.parent, exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls | exp.Window) and (
        whole.arg_key == "this"
    ):
        whole = whole.parent
    return whole
