"""JSON in text, and variants."""

from __future__ import annotations

import json
from typing import Any

from sqlglot import exp

from infra.emulator.sql.errors import SqlError, Unsupported
from infra.emulator.sql.functions.build import call, cast
from infra.emulator.sql.functions.typing import Rule, Types
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import to_duckdb
from infra.emulator.sql.types.parse import parse


def to_text(node: exp.Expr, types: Types) -> exp.Expr:
    """to_json(x): fields that are null are left out."""
    if types.is_a(node.this, "variant"):
        return cast(node.this, "VARCHAR")
    return call("dbx_drop_nulls", cast(call("to_json", node.this), "VARCHAR"))


def from_text(node: exp.Expr, types: Types) -> exp.Expr:
    """from_json(text, 'schema'): null for what is no JSON."""
    schema = node.expression
    if not isinstance(schema, exp.Literal) or not schema.is_string:
        raise Unsupported("from_json with a schema that is not a literal")
    text = schema.name.strip()
    if text.startswith("{"):
        raise Unsupported("from_json with a schema in JSON")
    try:
        kind = parse(text)
    except SqlError:
        kind = parse(f"struct<{text}>")
    shape = json.dumps(_shape(kind))
    read = call("from_json", exp.TryCast(this=node.this, to=exp.DataType.build("JSON", dialect="duckdb")), shape)
    return call("try", read)


def _shape(kind: DataType) -> Any:
    """DuckDB's description of a type for from_json."""
    if kind.element is not None:
        return [_shape(kind.element)]
    if kind.fields:
        return {field.name: _shape(field.type) for field in kind.fields}
    return to_duckdb(kind)


def extracted(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`column:path`: text of text, a variant of a variant."""
    if not node.args.get("variant_extract"):
        return None
    if types.is_a(node.this, "variant"):
        return exp.JSONExtract(this=node.this, expression=node.expression)
    return exp.paren(exp.JSONExtractScalar(this=node.this, expression=node.expression))


def parsed(node: exp.Expr, types: Types) -> exp.Expr:
    """parse_json(text)."""
    return cast(node.this, "JSON")


RULES: dict[type[exp.Expr], Rule] = {
    exp.JSONFormat: to_text,
    exp.FromJson: from_text,
    exp.JSONExtract: extracted,
    exp.ParseJSON: parsed,
}
