"""Functions of dates and times that sqlglot has no node for, or whose node says less than the text did."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions import times
from infra.emulator.sql.functions.build import call, cast
from infra.emulator.sql.functions.patterns import literal_pattern
from infra.emulator.sql.functions.typing import INTEGRAL, Rule, Types
from infra.emulator.sql.types import BIGINT, DATE, INT, STRING, TIMESTAMP, TIMESTAMP_NTZ

_STAMP = "%Y-%m-%d %H:%M:%S"


def _argument(node: exp.Expr, at: int) -> exp.Expr | None:
    return node.expressions[at] if len(node.expressions) > at else None


def date_difference(node: exp.Expr, types: Types) -> exp.Expr | None:
    """datediff(end, start) is an int of days; datediff(unit, start, end) a bigint of whole units."""
    if len(node.expressions) == 2:
        end, start = node.expressions
        return cast(exp.Sub(this=cast(end, DATE), expression=cast(start, DATE)), INT)
    unit, start, end = node.expressions
    name = times.unit_of(unit, "datediff")
    return call("datesub", name, cast(start, TIMESTAMP_NTZ), cast(end, TIMESTAMP_NTZ))


def to_date(node: exp.Expr, types: Types) -> exp.Expr | None:
    """to_date(x[, pattern])."""
    value, pattern = node.expressions[0], _argument(node, 1)
    if pattern is None:
        return cast(value, DATE)
    return cast(call("dbx_parse_time", cast(value, STRING), literal_pattern(pattern, ""), _shown(pattern)), DATE)


def to_timestamp(node: exp.Expr, types: Types) -> exp.Expr | None:
    """to_timestamp(x[, pattern])."""
    value, pattern = node.expressions[0], _argument(node, 1)
    if pattern is None:
        if types.is_a(value, *INTEGRAL, "decimal", "double", "float"):
            return call("to_timestamp", cast(value, "DOUBLE"))
        return cast(value, TIMESTAMP)
    return cast(call("dbx_parse_time", cast(value, STRING), literal_pattern(pattern, ""), _shown(pattern)), TIMESTAMP)


def _shown(pattern: exp.Expr) -> exp.Expr:
    return exp.Literal.string(pattern.name)


def attempt_at_time(kind: str) -> Rule:
    """try_to_timestamp, try_to_date."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        value, pattern = node.expressions[0], _argument(node, 1)
        if pattern is None:
            return exp.TryCast(this=value, to=exp.DataType.build(kind, dialect="duckdb"))
        return cast(call("try_strptime", cast(value, STRING), literal_pattern(pattern, "")), kind)

    return rule


def date_format(node: exp.Expr, types: Types) -> exp.Expr | None:
    """date_format(x, pattern)."""
    return call("strftime", cast(node.expressions[0], TIMESTAMP_NTZ), literal_pattern(node.expressions[1], _STAMP))


def unix_timestamp(node: exp.Expr, types: Types) -> exp.Expr | None:
    """unix_timestamp([x[, pattern]]), to_unix_timestamp(x[, pattern])."""
    value, pattern = _argument(node, 0), _argument(node, 1)
    if value is None:
        moment: exp.Expr = times.now(exp.CurrentTimestamp(), types)
    elif types.is_a(value, "timestamp", "timestamp_ntz", "date"):
        moment = cast(value, TIMESTAMP)
    else:
        shown = _shown(pattern) if pattern is not None else exp.Literal.string("yyyy-MM-dd HH:mm:ss")
        moment = call("dbx_parse_time", cast(value, STRING), literal_pattern(pattern, _STAMP), shown)
    return cast(call("floor", call("epoch", moment)), BIGINT)


def from_unixtime(node: exp.Expr, types: Types) -> exp.Expr | None:
    """from_unixtime(seconds[, pattern])."""
    moment = cast(call("to_timestamp", cast(node.expressions[0], "DOUBLE")), TIMESTAMP_NTZ)
    return call("strftime", moment, literal_pattern(_argument(node, 1), _STAMP))


def scaled_time(factor: int) -> Rule:
    """timestamp_seconds, timestamp_millis, timestamp_micros."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr | None:
        micros = exp.Mul(this=exp.paren(node.expressions[0]), expression=exp.Literal.number(factor))
        return cast(call("make_timestamp", cast(micros, BIGINT)), TIMESTAMP)

    return rule


def window(node: exp.Expr, types: Types) -> exp.Expr | None:
    """window(time, 'width'): a tumbling window as a struct of start and end."""
    if len(node.expressions) != 2:
        raise Unsupported("window() with a slide or an offset")
    time, width = node.expressions
    return call("dbx_window", cast(time, TIMESTAMP), cast(width, "INTERVAL"))


def weekday(node: exp.Expr, types: Types) -> exp.Expr | None:
    """weekday(date): 0 is Monday."""
    return cast(exp.Sub(this=call("isodow", cast(node.expressions[0], DATE)), expression=exp.Literal.number(1)), INT)


NAMES: dict[str, Rule] = {
    "datediff": date_difference,
    "date_diff": date_difference,
    "timestampdiff": date_difference,
    "to_date": to_date,
    "to_timestamp": to_timestamp,
    "to_timestamp_ntz": lambda node, types: cast(node.expressions[0], TIMESTAMP_NTZ),
    "try_to_timestamp": attempt_at_time("TIMESTAMP WITH TIME ZONE"),
    "try_to_date": attempt_at_time("DATE"),
    "date_format": date_format,
    "unix_timestamp": unix_timestamp,
    "to_unix_timestamp": unix_timestamp,
    "from_unixtime": from_unixtime,
    "timestamp_seconds": scaled_time(1_000_000),
    "timestamp_millis": scaled_time(1_000),
    "timestamp_micros": scaled_time(1),
    "date_part": times.date_part,
    "datepart": times.date_part,
    "weekday": weekday,
    "window": window,
}
