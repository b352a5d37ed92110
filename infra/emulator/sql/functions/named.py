"""Functions that sqlglot has no node for, or whose node says less than the text did. A name that is not here is not known."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions import generators, identity, named_times
from infra.emulator.sql.functions.build import call, cast, lambda_
from infra.emulator.sql.functions.typing import Rule, Types
from infra.emulator.sql.types import BIGINT, INT, STRING
from infra.emulator.sql.types.parse import parse

_STAMP = "%Y-%m-%d %H:%M:%S"


def macro(name: str) -> Rule:
    """A call of another function with the same arguments."""
    return lambda node, types: call(name, *node.expressions)


def typed(name: str, kind: str) -> Rule:
    """As `macro`, with the result cast to a DuckDB type."""
    return lambda node, types: cast(call(name, *node.expressions), kind)


def to_type(text: str) -> Rule:
    """bigint(x), binary(x), …: a cast."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        from infra.emulator.sql.functions.casts import cast_rule  # noqa: PLC0415 - casts use functions, these functions cast

        asked = exp.Cast(this=node.expressions[0], to=exp.DataType.build(text, dialect="databricks"))
        return cast_rule(asked, types)

    return rule


def _argument(node: exp.Expr, at: int) -> exp.Expr | None:
    return node.expressions[at] if len(node.expressions) > at else None


def format_number(node: exp.Expr, types: Types) -> exp.Expr | None:
    """format_number(x, digits)."""
    return call("dbx_format_number", cast(node.expressions[0], "DOUBLE"), cast(node.expressions[1], INT))


def hashed(name: str) -> Rule:
    """hash (Murmur3) and xxhash64: the type of each argument is part of what is hashed."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        marked = [call("dbx_marked", call("typeof", each), cast(each.copy(), "VARCHAR")) for each in node.expressions]
        return call(name, exp.Array(expressions=list(marked)))

    return rule


def zip_with(node: exp.Expr, types: Types) -> exp.Expr | None:
    """zip_with(a, b, (x, y) -> …)."""
    left, right, function = node.expressions
    names = [each.name for each in function.expressions]
    for found in list(function.this.find_all(exp.Identifier)):
        if found.name in names:
            target = found.parent if isinstance(found.parent, exp.Column) else found
            item = exp.Bracket(this=exp.column("z"), expressions=[exp.Literal.number(names.index(found.name) + 1)], offset=1)
            if target is function.this:
                function.set("this", item)
            else:
                target.replace(item)
    return call("list_transform", call("list_zip", left, right), lambda_(["z"], function.this))


def for_all(node: exp.Expr, types: Types) -> exp.Expr | None:
    """forall(array, condition)."""
    array, function = node.expressions
    kept = call("len", call("list_filter", array, function))
    return exp.paren(exp.EQ(this=kept, expression=call("len", array.copy())))


def any_match(node: exp.Expr, types: Types) -> exp.Expr | None:
    """any_match(array, condition)."""
    array, function = node.expressions
    return exp.paren(exp.GT(this=call("len", call("list_filter", array, function)), expression=exp.Literal.number(0)))


def over_entries(result: str) -> Rule:
    """map_filter, transform_keys, transform_values: a lambda of key and value."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        mapped, function = node.expressions
        names = [each.name for each in function.expressions]
        for found in list(function.this.find_all(exp.Identifier)):
            if found.name in names:
                target = found.parent if isinstance(found.parent, exp.Column) else found
                item = exp.Dot(
                    this=exp.to_identifier("e"), expression=exp.to_identifier(("key", "value")[names.index(found.name)])
                )
                if target is function.this:
                    function.set("this", item)
                else:
                    target.replace(item)
        entries = call("map_entries", mapped)
        if result == "filter":
            return call("map_from_entries", call("list_filter", entries, lambda_(["e"], function.this)))
        keys = function.this if result == "keys" else exp.Dot(this=exp.to_identifier("e"), expression=exp.to_identifier("key"))
        values = (
            function.this if result == "values" else exp.Dot(this=exp.to_identifier("e"), expression=exp.to_identifier("value"))
        )
        return call(
            "map",
            call("list_transform", entries, lambda_(["e"], keys)),
            call("list_transform", entries.copy(), lambda_(["e"], values)),
        )

    return rule


def null_if_zero(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("nullif", node.expressions[0], 0)


def zero_if_null(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("coalesce", node.expressions[0], 0)


def is_null(node: exp.Expr, types: Types) -> exp.Expr | None:
    return exp.paren(exp.Is(this=exp.paren(node.expressions[0]), expression=exp.Null()))


def is_not_null(node: exp.Expr, types: Types) -> exp.Expr | None:
    return exp.paren(exp.Not(this=exp.Is(this=exp.paren(node.expressions[0]), expression=exp.Null())))


def every(name: str) -> Rule:
    """every, some, any: as bool_and, bool_or."""
    return lambda node, types: call(name, *node.expressions)


def row_numbers(node: exp.Expr, types: Types) -> exp.Expr | None:
    """monotonically_increasing_id()."""
    return cast(exp.Sub(this=exp.Window(this=call("row_number")), expression=exp.Literal.number(1)), BIGINT)


def constant(value: str) -> Rule:
    return lambda node, types: exp.Literal.string(value)


def variant_get(node: exp.Expr, types: Types) -> exp.Expr | None:
    """variant_get(variant, path, type), try_variant_get."""
    value, path, kind = node.expressions
    target = parse(kind.name)
    attempt = str(node.this).lower().startswith("try")
    text = call("json_extract_string", value, path)
    if target.name in ("variant", "array", "map", "struct"):
        raise Unsupported(f"variant_get of the type {target.text()}")
    from infra.emulator.sql.types.duck import to_duckdb  # noqa: PLC0415 - used here alone

    to = exp.DataType.build(to_duckdb(target), dialect="duckdb")
    return exp.TryCast(this=text, to=to) if attempt else exp.Cast(this=text, to=to)


def type_name(node: exp.Expr, types: Types) -> exp.Expr | None:
    """typeof(x)."""
    kind = types.of(node.this)
    if kind is None:
        raise Unsupported("typeof of this expression")
    return exp.Literal.string(kind.text())


def repeat_array(node: exp.Expr, types: Types) -> exp.Expr | None:
    """array_repeat(x, n)."""
    value, count = node.expressions
    return call("list_transform", call("range", cast(count, BIGINT)), lambda_(["_r"], value))


def btrim(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("trim", *node.expressions)


def error(node: exp.Expr, types: Types) -> exp.Expr | None:
    """raise_error(message)."""
    return call("dbx_raise", node.expressions[0])


def assertion(node: exp.Expr, types: Types) -> exp.Expr | None:
    """assert_true(condition[, message])."""
    message = _argument(node, 1) or exp.Literal.string(f"'{node.expressions[0].sql(dialect='databricks')}' is not true!")
    return call("dbx_assert", node.expressions[0], message)


def trying(name: str) -> Rule:
    """try_sum, try_avg: null where the other overflows."""
    inner = {"sum": exp.Sum, "avg": exp.Avg}[name]
    return lambda node, types: inner(this=node.expressions[0])


NAMES: dict[str, Rule] = {
    **identity.NAMES,
    **generators.NAMES,
    **named_times.NAMES,
    **{
        name: to_type(name)
        for name in ("bigint", "smallint", "tinyint", "binary", "decimal", "int", "double", "float", "string")
    },
    "date": to_type("date"),
    "timestamp": to_type("timestamp"),
    "boolean": to_type("boolean"),
    "make_date": typed("make_date", "DATE"),
    "pmod": macro("dbx_pmod"),
    "bround": lambda node, types: call("round_even", node.expressions[0], _argument(node, 1) or 0),
    "try_mod": lambda node, types: exp.Mod(
        this=exp.paren(node.expressions[0]), expression=call("nullif", node.expressions[1], 0)
    ),
    "bin": lambda node, types: call("bin", cast(node.expressions[0], BIGINT)),
    "conv": macro("dbx_conv"),
    "e": lambda node, types: call("exp", 1),
    "randn": macro("dbx_randn"),
    "format_number": format_number,
    "octet_length": lambda node, types: cast(call("strlen", node.expressions[0]), INT),
    "bit_length": lambda node, types: cast(call("bit_length", node.expressions[0]), INT),
    "btrim": btrim,
    "crc32": lambda node, types: call("dbx_crc32", cast(node.expressions[0], STRING)),
    "hash": hashed("dbx_murmur3"),
    "xxhash64": hashed("dbx_xxhash64"),
    "printf": macro("printf"),
    "find_in_set": lambda node, types: cast(
        call("coalesce", call("list_position", call("string_split", node.expressions[1], ","), node.expressions[0]), 0), INT
    ),
    "mask": macro("dbx_mask"),
    "url_encode": macro("url_encode"),
    "url_decode": macro("url_decode"),
    "try_parse_json": lambda node, types: exp.TryCast(
        this=node.expressions[0], to=exp.DataType.build("JSON", dialect="duckdb")
    ),
    "variant_get": variant_get,
    "try_variant_get": variant_get,
    "to_variant_object": macro("to_json"),
    "is_variant_null": lambda node, types: exp.paren(
        exp.EQ(this=call("json_type", node.expressions[0]), expression=exp.Literal.string("NULL"))
    ),
    "isnull": is_null,
    "isnotnull": is_not_null,
    "zeroifnull": zero_if_null,
    "nullifzero": null_if_zero,
    "raise_error": error,
    "assert_true": assertion,
    "cardinality": lambda node, types: cast(
        call("cardinality" if types.is_a(node.expressions[0], "map") else "len", node.expressions[0]), INT
    ),
    "get": macro("dbx_get"),
    "array_union": macro("dbx_array_union"),
    "arrays_overlap": macro("list_has_any"),
    "array_repeat": repeat_array,
    "zip_with": zip_with,
    "forall": for_all,
    "any_match": any_match,
    "map_values": macro("map_values"),
    "map_entries": macro("map_entries"),
    "map_concat": macro("map_concat"),
    "map_filter": over_entries("filter"),
    "transform_values": over_entries("values"),
    "transform_keys": over_entries("keys"),
    "every": every("bool_and"),
    "some": every("bool_or"),
    "mean": lambda node, types: exp.Avg(this=node.expressions[0]),
    "try_sum": trying("sum"),
    "try_avg": trying("avg"),
    "monotonically_increasing_id": row_numbers,
    "input_file_name": constant(""),
    "spark_partition_id": lambda node, types: cast(exp.Literal.number(0), INT),
    "nvl": macro("coalesce"),
    "regr_count": macro("regr_count"),
    "bit_and": macro("bit_and"),
    "std": macro("stddev"),
    "getbit": macro("dbx_getbit"),
    "shiftrightunsigned": macro("dbx_shift_right_unsigned"),
    "rint": lambda node, types: call("round_even", cast(node.expressions[0], "DOUBLE"), 0),
    "degrees": macro("degrees"),
    "radians": macro("radians"),
    "hypot": lambda node, types: call(
        "sqrt", exp.Add(this=call("power", node.expressions[0], 2), expression=call("power", node.expressions[1], 2))
    ),
    "expm1": lambda node, types: exp.paren(exp.Sub(this=call("exp", node.expressions[0]), expression=exp.Literal.number(1))),
    "log1p": lambda node, types: call("ln", exp.Add(this=exp.paren(node.expressions[0]), expression=exp.Literal.number(1))),
    "positive": lambda node, types: exp.paren(node.expressions[0]),
    "negative": lambda node, types: exp.paren(exp.Neg(this=exp.paren(node.expressions[0]))),
    "nullif": macro("nullif"),
    "character_length": lambda node, types: cast(call("length", node.expressions[0]), INT),
    "ucase": macro("upper"),
    "elt": lambda node, types: exp.Bracket(
        this=exp.Array(expressions=[each.copy() for each in node.expressions[1:]]), expressions=[node.expressions[0]], offset=1
    ),
    "make_dt_interval": macro("dbx_make_dt_interval"),
    "current_timezone": constant("Etc/UTC"),
    "try_to_number": lambda node, types: exp.TryCast(
        this=call("replace", node.expressions[0], ",", ""), to=exp.DataType.build("DECIMAL(38,10)", dialect="duckdb")
    ),
}
