"""Arrays, maps and structs: their order is kept, an index out of bounds is an error, positions count from where Spark's do."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions.build import call, cast, lambda_
from infra.emulator.sql.functions.typing import Rule, Types
from infra.emulator.sql.types import BIGINT, INT


def size(node: exp.Expr, types: Types) -> exp.Expr:
    """size(array or map) is an int."""
    name = "cardinality" if types.is_a(node.this, "map") else "len"
    return cast(call(name, node.this), INT)


def element(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`a[0]`, `m['k']`, element_at(a, 1), try_element_at(a, 1)."""
    if len(node.expressions) != 1:
        return None
    index = node.expressions[0]
    kind = types.of(node.this)
    if kind is not None and kind.name == "variant":
        return None
    if kind is not None and kind.name == "map":
        return exp.Bracket(this=exp.paren(node.this), expressions=[index], offset=1)
    if node.args.get("offset") is None:
        if kind is None or kind.name != "array":
            return None
        return call("dbx_item", node.this, index)
    if kind is None and isinstance(index, exp.Literal) and index.is_string:
        return None
    return call("dbx_try_element_at" if node.args.get("safe") else "dbx_element_at", node.this, index)


def distinct(node: exp.Expr, types: Types) -> exp.Expr:
    return call("dbx_array_distinct", node.this)


def intersection(node: exp.Expr, types: Types) -> exp.Expr:
    return (
        call("dbx_array_intersect", *node.expressions)
        if node.expressions
        else call("dbx_array_intersect", node.this, node.expression)
    )


def difference(node: exp.Expr, types: Types) -> exp.Expr:
    return call("dbx_array_except", node.this, node.expression)


def position(node: exp.Expr, types: Types) -> exp.Expr:
    """array_position(a, x): 0 if it is not there."""
    return cast(call("coalesce", call("list_position", node.this, node.expression), 0), BIGINT)


def part(node: exp.Expr, types: Types) -> exp.Expr:
    """slice(a, start, length)."""
    return call("dbx_slice", node.this, node.args["start"], node.args["end"])


def joined(node: exp.Expr, types: Types) -> exp.Expr:
    """array_join(a, delimiter[, text for nulls])."""
    null = node.args.get("null")
    if null is None:
        return call("array_to_string", cast(node.this, "VARCHAR[]"), node.expression)
    filled = call("list_transform", cast(node.this, "VARCHAR[]"), lambda_(["v"], call("coalesce", exp.column("v"), null)))
    return call("array_to_string", filled, node.expression)


def indexed(node: exp.Expr, types: Types) -> exp.Expr | None:
    """transform and filter with an index: Spark's counts from 0, DuckDB's from 1."""
    function = node.expression
    if not isinstance(function, exp.Lambda) or len(function.expressions) != 2:
        return None
    name = function.expressions[1].name
    for found in list(function.this.find_all(exp.Identifier)):
        if found.name == name and not isinstance(found.parent, exp.Dot):
            target = found.parent if isinstance(found.parent, exp.Column) else found
            shifted = cast(exp.Sub(this=target.copy(), expression=exp.Literal.number(1)), INT)
            if target is function.this:
                function.set("this", shifted)
            else:
                target.replace(shifted)
    return None


def exists(node: exp.Expr, types: Types) -> exp.Expr | None:
    """exists(array, condition); `EXISTS (query)` stays."""
    if not isinstance(node.expression, exp.Lambda):
        return None
    return exp.paren(
        exp.GT(this=call("len", call("list_filter", node.this, node.expression)), expression=exp.Literal.number(0))
    )


def reduced(node: exp.Expr, types: Types) -> exp.Expr:
    """aggregate(array, start, merge[, finish])."""
    listed = call("list_reduce", node.this, node.args["merge"], node.args["initial"])
    finish = node.args.get("finish")
    if finish is None:
        return listed
    parameter = finish.expressions[0].name
    body = finish.this.copy()
    for found in list(body.find_all(exp.Identifier)):
        if found.name == parameter:
            target = found.parent if isinstance(found.parent, exp.Column) else found
            if target is body:
                body = exp.paren(listed.copy())
            else:
                target.replace(exp.paren(listed.copy()))
    return exp.paren(body)


def sorted_(node: exp.Expr, types: Types) -> exp.Expr:
    """array_sort (nulls last) and sort_array(a[, ascending]) (nulls first when ascending)."""
    order = node.expression
    if isinstance(order, exp.Lambda):
        raise Unsupported("array_sort with a comparator")
    if node.args.get("asc") is None or node.args["asc"].this is True:
        first = node.args["nulls_first"].this
        return call("list_sort", node.this, "ASC", "NULLS FIRST" if first else "NULLS LAST")
    return call("list_sort", node.this, "DESC", "NULLS LAST")


def zipped(node: exp.Expr, types: Types) -> exp.Expr | None:
    """arrays_zip(a, b): fields are named after the columns, else by number."""
    arrays = list(node.expressions)
    names = [each.name if isinstance(each, exp.Column) else str(at) for at, each in enumerate(arrays)]
    rows = call("list_zip", *arrays)
    fields = [
        exp.PropertyEQ(
            this=exp.to_identifier(name, quoted=True),
            expression=exp.Bracket(this=exp.column("z"), expressions=[exp.Literal.number(at)], offset=1),
        )
        for at, name in enumerate(names, 1)
    ]
    return call("list_transform", rows, lambda_(["z"], exp.Struct(expressions=fields)))


def has_key(node: exp.Expr, types: Types) -> exp.Expr:
    """map_contains_key(map, key), whose arguments sqlglot keeps the other way round."""
    arguments = list(node.args.values())
    key, holder = node.args.get("key"), node.args.get("this")
    if key is None or holder is None:
        holder, key = arguments[0], arguments[1]
    return call("list_contains", call("map_keys", holder), key)


def text_to_map(node: exp.Expr, types: Types) -> exp.Expr:
    return call("dbx_str_to_map", node.this, node.args["pair_delim"], node.args["key_value_delim"])


RULES: dict[type[exp.Expr], Rule] = {
    exp.ArraySize: size,
    exp.Bracket: element,
    exp.ArrayDistinct: distinct,
    exp.ArrayIntersect: intersection,
    exp.ArrayExcept: difference,
    exp.ArrayPosition: position,
    exp.ArraySlice: part,
    exp.ArrayToString: joined,
    exp.Transform: indexed,
    exp.ArrayFilter: indexed,
    exp.Exists: exists,
    exp.Reduce: reduced,
    exp.ArraySort: sorted_,
    exp.ArraysZip: zipped,
    exp.MapContainsKey: has_key,
    exp.StrToMap: text_to_map,
}
