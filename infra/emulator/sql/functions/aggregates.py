"""Aggregates and window functions: results of Spark's types; collected arrays are empty, not null."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.functions.build import call, cast, outermost
from infra.emulator.sql.functions.typing import INTEGRAL, Rule, Types
from infra.emulator.sql.types import BIGINT, DOUBLE, INT, DataType
from infra.emulator.sql.types.model import decimal


def _around(node: exp.Expr, kind: DataType | str) -> exp.Expr | None:
    """Put a cast around an aggregate and all that belongs to it; the cast is placed here, not by the caller."""
    whole = outermost(node)
    if whole is node:
        return cast(node.copy(), kind)
    wrapped = cast(exp.Null(), kind)
    whole.replace(wrapped)  # the whole itself moves: what is in it may not have been walked over yet
    wrapped.set("this", whole)
    return None


def _argument(node: exp.Expr) -> exp.Expr:
    """What is aggregated, without DISTINCT."""
    inner: exp.Expr = node.this
    return inner.expressions[0] if isinstance(inner, exp.Distinct) else inner


def _numeric(node: exp.Expr, types: Types) -> DataType | None:
    """The argument's type; text is made a double first."""
    argument = _argument(node)
    kind = types.of(argument)
    if kind is not None and kind.name == "string":
        argument.replace(cast(argument.copy(), DOUBLE))
        return DOUBLE
    return kind


def total(node: exp.Expr, types: Types) -> exp.Expr | None:
    """sum: bigint of whole numbers, ten digits more of decimals."""
    kind = _numeric(node, types)
    if kind is None:
        return None
    if kind.name in INTEGRAL:
        return _around(node, BIGINT)
    if kind.name == "decimal":
        return _around(node, decimal(min(38, (kind.precision or 0) + 10), kind.scale or 0))
    return None


def average(node: exp.Expr, types: Types) -> exp.Expr | None:
    """avg: four digits more of decimals."""
    kind = _numeric(node, types)
    if kind is None or kind.name != "decimal":
        return None
    precision, scale = kind.precision or 0, kind.scale or 0
    return _around(
        node, decimal(min(38, precision + 4), min(38, scale + 4)) if precision + 4 <= 38 else decimal(38, min(scale + 4, 38))
    )


def collected(node: exp.Expr, types: Types) -> exp.Expr | None:
    """collect_list, array_agg, collect_set: without nulls, empty for no rows."""
    whole = outermost(node)
    argument = node.this
    ordered: exp.Expr | None = None
    if isinstance(argument, exp.Order):
        ordered, argument = argument, argument.this
    value = argument.expressions[0] if isinstance(argument, exp.Distinct) else argument
    condition = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    listed = argument.copy()
    if isinstance(node, exp.ArrayUniqueAgg) and not isinstance(argument, exp.Distinct):
        listed = exp.Distinct(expressions=[listed])
    if ordered is not None:
        listed = exp.Order(this=listed, expressions=[each.copy() for each in ordered.expressions])
    gathered: exp.Expr = call("list", listed)
    node_parent = node.parent
    if isinstance(node_parent, exp.Filter) and node.arg_key == "this":
        given = node_parent.expression.this
        given.replace(exp.and_(given.copy(), condition))
        node.replace(gathered)
        filtered: exp.Expr = node_parent
    else:
        filtered = exp.Filter(this=gathered, expression=exp.Where(this=condition))
        if whole is node:
            return call("coalesce", filtered, exp.Array())
        node.replace(filtered)
    whole = filtered.parent if isinstance(filtered.parent, exp.Window) and filtered.arg_key == "this" else filtered
    complete = call("coalesce", exp.Null(), exp.Array())
    whole.replace(complete)
    complete.set("expressions", [whole, exp.Array()])
    return None


def ranked(node: exp.Expr, types: Types) -> exp.Expr | None:
    """row_number, rank, dense_rank, ntile are ints."""
    return _around(node, INT)


def quantile(node: exp.Expr, types: Types) -> exp.Expr | None:
    """percentile(x, p): interpolated, a double."""
    return call("quantile_cont", cast(node.this, DOUBLE), node.args["quantile"])


def approximate_quantile(node: exp.Expr, types: Types) -> exp.Expr | None:
    """percentile_approx(x, p): a value that is there; here the exact one."""
    return call("quantile_disc", node.this, node.args["quantile"])


def median(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("median", cast(node.this, DOUBLE))


def counted_if(node: exp.Expr, types: Types) -> exp.Expr | None:
    return _around(node, BIGINT)


def moments(node: exp.Expr, types: Types) -> exp.Expr | None:
    """skewness and kurtosis of the population, as Spark has them."""
    return call("dbx_skewness" if isinstance(node, exp.Skewness) else "kurtosis_pop", node.this)


def grouping(node: exp.Expr, types: Types) -> exp.Expr | None:
    """grouping(column) is a tinyint."""
    return cast(node.copy(), "TINYINT")


RULES: dict[type[exp.Expr], Rule] = {
    exp.Sum: total,
    exp.Avg: average,
    exp.ArrayAgg: collected,
    exp.ArrayUniqueAgg: collected,
    exp.RowNumber: ranked,
    exp.Rank: ranked,
    exp.DenseRank: ranked,
    exp.Ntile: ranked,
    exp.Quantile: quantile,
    exp.ApproxQuantile: approximate_quantile,
    exp.Median: median,
    exp.CountIf: counted_if,
    exp.Kurtosis: moments,
    exp.Skewness: moments,
    exp.Grouping: grouping,
}
