"""Arithmetic and numeric functions: results of Databricks' types, errors where Databricks has errors."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.functions.build import call, cast
from infra.emulator.sql.functions.typing import FRACTIONAL, INTEGRAL, Rule, Types, arithmetic
from infra.emulator.sql.types import BIGINT, DOUBLE, DataType
from infra.emulator.sql.types.model import decimal

_NUMBERS = INTEGRAL | FRACTIONAL | {"decimal"}


def _operands(node: exp.Expr, types: Types) -> tuple[DataType | None, DataType | None]:
    """The operands' types; text among numbers is made a number, as ANSI mode does."""
    left, right = types.operands(node)
    if left is not None and right is not None:
        for key, mine, other in (("this", left, right), ("expression", right, left)):
            if mine.name == "string" and other.name in _NUMBERS | {"string"}:
                target = BIGINT if other.name in INTEGRAL and not isinstance(node, exp.Div) else DOUBLE
                node.set(key, cast(node.args[key], target))
        left, right = types.operands(node)
    return left, right


def division(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`/` is never integer division, keeps decimals exact in type, and fails on zero."""
    left, right = _operands(node, types)
    by_zero = not _is_nonzero_literal(node.expression)
    divided: exp.Expr = (
        call("dbx_divide", node.this, node.expression) if by_zero else exp.Div(this=node.this, expression=node.expression)
    )
    result = None if left is None or right is None else arithmetic(exp.Div, left, right)
    return exp.paren(divided) if result is None or result.name != "decimal" else cast(divided, result)


def _is_nonzero_literal(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0


def multiplication(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`*`: decimals get Spark's precision."""
    left, right = _operands(node, types)
    if left is None or right is None or "decimal" not in (left.name, right.name):
        return None
    result = arithmetic(exp.Mul, left, right)
    return cast(exp.Mul(this=node.this, expression=node.expression), result) if result is not None else None


def sum_or_difference(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`+` and `-`: dates minus dates are intervals, dates plus whole days are dates."""
    left, right = _operands(node, types)
    if left is None or right is None:
        return None
    if isinstance(node, exp.Sub) and left.name == right.name == "date":
        return call("to_days", cast(exp.Sub(this=node.this, expression=node.expression), "INTEGER"))
    if left.name == "date" and isinstance(node.expression, exp.Interval) and _whole_days(node.expression):
        return cast(type(node)(this=node.this, expression=node.expression), "DATE")
    return None


def _whole_days(interval: exp.Interval) -> bool:
    unit = interval.args.get("unit")
    return unit is not None and unit.name.upper().rstrip("S") in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


def remainder(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`%`: fails on zero, also for fractions."""
    _operands(node, types)
    if _is_nonzero_literal(node.expression):
        return None
    return call("dbx_remainder", node.this, node.expression)


def whole_division(node: exp.Expr, types: Types) -> exp.Expr | None:
    """`div` is a bigint."""
    return cast(exp.IntDiv(this=node.this, expression=node.expression), BIGINT)


def rounding(node: exp.Expr, types: Types) -> exp.Expr | None:
    """round(decimal, n) has the decimal type that Spark gives it."""
    kind = types.of(node.this)
    if kind is None or kind.name != "decimal":
        return None
    digits = node.args.get("decimals")
    text = "0" if digits is None else digits.sql()
    if not text.lstrip("-").isdigit():
        return None
    scale = max(0, min(int(text), kind.scale or 0))
    whole = (kind.precision or 0) - (kind.scale or 0) + 1
    return cast(node.copy(), decimal(whole + scale, scale))


def up_or_down(node: exp.Expr, types: Types) -> exp.Expr | None:
    """ceil and floor: bigint of fractions, decimal without a scale of decimals; with a second argument Spark's own rule."""
    name = "ceil" if isinstance(node, exp.Ceil) else "floor"
    digits = node.args.get("decimals")
    kind = types.of(node.this)
    if digits is not None:
        factor = call("power", 10, digits)
        moved = exp.Mul(this=exp.paren(node.this), expression=factor)
        return exp.paren(exp.Div(this=call(name, moved), expression=factor.copy()))
    if kind is None or kind.name in FRACTIONAL or kind.name in INTEGRAL:
        return cast(call(name, node.this), BIGINT)
    if kind.name == "decimal":
        return cast(call(name, node.this), decimal((kind.precision or 0) - (kind.scale or 0) + 1, 0))
    return cast(call(name, cast(node.this, DOUBLE)), BIGINT)


def logarithm(node: exp.Expr, types: Types) -> exp.Expr | None:
    """ln(x): null where there is none."""
    return call("dbx_ln", node.this)


def logarithm_to(node: exp.Expr, types: Types) -> exp.Expr | None:
    """log(base, x), log10(x), log2(x)."""
    if isinstance(node.this, exp.Literal) and node.this.name in ("2", "10"):
        return call("dbx_log_of", node.expression, call(f"log{node.this.name}", call("abs", node.expression.copy())))
    return call("dbx_log", node.this, node.expression)


def _attempt(operation: type[exp.Binary]) -> Rule:
    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        return call("try", operation(this=exp.paren(node.this), expression=exp.paren(node.expression)))

    return rule


def attempt_to_divide(node: exp.Expr, types: Types) -> exp.Expr | None:
    """try_divide: null on zero."""
    divided = exp.Div(this=node.this, expression=call("nullif", node.expression, 0))
    left, right = types.operands(node)
    result = None if left is None or right is None else arithmetic(exp.Div, left, right)
    return exp.paren(divided) if result is None or result.name != "decimal" else cast(divided, result)


def random(node: exp.Expr, types: Types) -> exp.Expr | None:
    """rand([seed]): the seed is without effect, as numbers of another engine cannot be had."""
    return call("random")


def sign(node: exp.Expr, types: Types) -> exp.Expr | None:
    """sign(x) is a double."""
    return cast(call("sign", node.this), DOUBLE)


def not_a_number(node: exp.Expr, types: Types) -> exp.Expr | None:
    """nanvl(a, b)."""
    return call("dbx_nanvl", cast(node.this, DOUBLE), cast(node.expression, DOUBLE))


RULES: dict[type[exp.Expr], Rule] = {
    exp.Div: division,
    exp.Mul: multiplication,
    exp.Add: sum_or_difference,
    exp.Sub: sum_or_difference,
    exp.Mod: remainder,
    exp.IntDiv: whole_division,
    exp.Round: rounding,
    exp.Ceil: up_or_down,
    exp.Floor: up_or_down,
    exp.Ln: logarithm,
    exp.Log: logarithm_to,
    exp.Rand: random,
    exp.Sign: sign,
    exp.Nanvl: not_a_number,
    exp.SafeAdd: _attempt(exp.Add),
    exp.SafeSubtract: _attempt(exp.Sub),
    exp.SafeMultiply: _attempt(exp.Mul),
    exp.SafeDivide: attempt_to_divide,
}
