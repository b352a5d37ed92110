"""Casts where DuckDB's differ from Spark's: fractions are cut off and not rounded, text must be a number to become one."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.functions.build import call, cast, lambda_
from infra.emulator.sql.functions.typing import FRACTIONAL, INTEGRAL, Rule, Types, named
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import to_duckdb


def cast_rule(node: exp.Expr, types: Types) -> exp.Expr | None:
    """CAST, TRY_CAST, `::`, and the functions named like types."""
    if node.args.get("format"):
        return None
    target = named(node.args["to"])
    if target is None:
        return None
    if node.args["to"].this == exp.DType.TIMESTAMP:  # of to_timestamp(x) and timestamp(x), where sqlglot says no more
        target = DataType("timestamp")
    attempt = isinstance(node, exp.TryCast)
    if isinstance(node.this, exp.Null):
        return _typed(node.this, target, attempt=attempt)
    source = types.of(node.this)
    value = node.this if source is None else _prepared(node.this, source, target, attempt=attempt)
    return _typed(value, target, attempt=attempt)


def _typed(value: exp.Expr, target: DataType, *, attempt: bool) -> exp.Expr:
    to = exp.DataType.build(to_duckdb(target), dialect="duckdb")
    return exp.TryCast(this=value, to=to) if attempt else exp.Cast(this=value, to=to)


def _prepared(value: exp.Expr, source: DataType, target: DataType, *, attempt: bool) -> exp.Expr:
    """The value in a form from which DuckDB's cast gives Spark's result."""
    if source.element is not None and target.element is not None:
        return _each(value, source.element, target.element, attempt=attempt)
    if source.fields and len(source.fields) == len(target.fields):
        return _fields(value, source, target, attempt=attempt)
    if source.name == "variant" and target.name != "variant":
        return call("dbx_variant_text", value)
    if target.name in INTEGRAL:
        return _to_integer(value, source, attempt=attempt)
    if target.name in ("string", "char", "varchar"):
        return as_text(value, source)
    if target.name == "binary" and source.name == "string":
        return call("encode", value)
    if target.name == "timestamp" and (source.name in INTEGRAL | FRACTIONAL or source.name == "decimal"):
        return call("to_timestamp", cast(value, "DOUBLE"))
    if target.name == "variant":
        return call("to_json", value)
    if target.name == "boolean" and source.name in FRACTIONAL | {"decimal"}:
        return exp.NEQ(this=exp.paren(value), expression=exp.Literal.number(0))
    return value


def _each(value: exp.Expr, source: DataType, target: DataType, *, attempt: bool) -> exp.Expr:
    """Every element of an array in such a form; the array itself if nothing is to be done."""
    element = exp.column("_e")
    prepared = _prepared(element, source, target, attempt=attempt)
    return value if prepared is element else call("list_transform", value, lambda_(["_e"], prepared))


def _fields(value: exp.Expr, source: DataType, target: DataType, *, attempt: bool) -> exp.Expr:
    """Every field of a struct in such a form, under the target's names."""
    prepared = [
        exp.PropertyEQ(
            this=exp.to_identifier(new.name, quoted=True),
            expression=_prepared(call("struct_extract", value.copy(), old.name), old.type, new.type, attempt=attempt),
        )
        for old, new in zip(source.fields, target.fields, strict=True)
    ]
    return exp.Struct(expressions=prepared)


def _to_integer(value: exp.Expr, source: DataType, *, attempt: bool) -> exp.Expr:
    if source.name in FRACTIONAL or source.name == "decimal":
        return call("trunc", value)
    if source.name == "string" and not (isinstance(value, exp.Literal) and value.name.strip().lstrip("+-").isdigit()):
        return call("dbx_try_integer_text" if attempt else "dbx_integer_text", value)
    if source.name in ("timestamp", "timestamp_ntz"):
        return call("floor", call("epoch", value))
    return value


def as_text(value: exp.Expr, source: DataType) -> exp.Expr:
    """A value in a form that DuckDB turns into the text that Spark gives."""
    if source.name == "timestamp":
        return cast(value, "TIMESTAMP")
    if source.name in FRACTIONAL:
        return call("dbx_float_text", value)
    if source.name == "binary":
        return call("decode", value)
    return value


RULES: dict[type[exp.Expr], Rule] = {exp.Cast: cast_rule, exp.TryCast: cast_rule}
