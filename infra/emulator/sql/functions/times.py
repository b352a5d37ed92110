"""Dates and times: in UTC, with `timestamp` as a point in time and `timestamp_ntz` as what a clock shows."""

from __future__ import annotations

from sqlglot import exp

from infra.emulator.sql.errors import SqlError, Unsupported
from infra.emulator.sql.functions.build import call, cast, sql
from infra.emulator.sql.functions.typing import INTEGRAL, Rule, Types
from infra.emulator.sql.types import BIGINT, DATE, INT, TIMESTAMP, TIMESTAMP_NTZ

_UNITS = {
    "YEAR": "year", "YY": "year", "YYYY": "year", "QUARTER": "quarter", "MONTH": "month", "MON": "month", "MM": "month",
    "WEEK": "week", "DAY": "day", "DD": "day", "DAYOFYEAR": "day", "HOUR": "hour", "MINUTE": "minute", "SECOND": "second",
    "MILLISECOND": "millisecond", "MICROSECOND": "microsecond",
}  # fmt: skip


def unit_of(node: exp.Expr, function: str) -> str:
    """DuckDB's word for a unit of time. Raises SqlError for one that there is not."""
    name = node.name.upper() if node.name else node.sql().upper()
    found = _UNITS.get(name) or _UNITS.get(name.removesuffix("S"))
    if found is None:
        raise SqlError("INVALID_PARAMETER_VALUE.DATETIME_UNIT", f"The unit {name} of `{function}` is not known.", "22023")
    return found


def _unit(node: exp.Expr, function: str) -> str:
    unit = node.args.get("unit")
    return "day" if unit is None else unit_of(unit, function)


def _stamp(value: exp.Expr, types: Types) -> exp.Expr:
    """The value as a point in time, unless it is one or what a clock shows."""
    return value if types.is_a(value, "timestamp", "timestamp_ntz") else cast(value, TIMESTAMP)


def part(name: str) -> Rule:
    """year(x), hour(x), …: ints."""

    def rule(node: exp.Expr, types: Types) -> exp.Expr:
        value = node.this
        if name in ("hour", "minute", "second"):
            return cast(call(name, _stamp(value, types)), INT)
        return cast(call(name, cast(value, DATE)), INT)

    return rule


def weekday_number(node: exp.Expr, types: Types) -> exp.Expr:
    """dayofweek: 1 is Sunday."""
    return cast(exp.Add(this=call("dayofweek", cast(node.this, DATE)), expression=exp.Literal.number(1)), INT)


def extract(node: exp.Expr, types: Types) -> exp.Expr:
    """`extract(field from x)`, `date_part('field', x)`."""
    return _field(node.this.name.upper(), node.expression, types)


def date_part(node: exp.Expr, types: Types) -> exp.Expr:
    """date_part(field, x), whose field is a literal."""
    field, value = node.expressions
    return _field(field.name.upper(), value, types)


_FIELDS = {
    "YEAR": "year", "Y": "year", "YEARS": "year", "YR": "year", "MONTH": "month", "MON": "month", "MONS": "month", "DAY": "day",
    "D": "day", "DAYS": "day", "QUARTER": "quarter", "QTR": "quarter", "WEEK": "week", "W": "week", "WEEKS": "week",
    "DOY": "dayofyear", "HOUR": "hour", "H": "hour", "HOURS": "hour", "MINUTE": "minute", "M": "minute", "MIN": "minute",
    "MINS": "minute", "MINUTES": "minute", "YEAROFWEEK": "isoyear", "DOW_ISO": "isodow", "DAYOFWEEK_ISO": "isodow",
}  # fmt: skip


def _field(name: str, value: exp.Expr, types: Types) -> exp.Expr:
    if name in ("DOW", "DAYOFWEEK"):
        return cast(exp.Add(this=call("dayofweek", cast(value, DATE)), expression=exp.Literal.number(1)), INT)
    if name in ("SECOND", "S", "SEC", "SECONDS", "SECS"):
        fraction = exp.Div(
            this=cast(call("microsecond", _stamp(value, types)), "BIGINT"), expression=exp.Literal.number("1000000.0")
        )
        return cast(fraction, "DECIMAL(8,6)")
    if name not in _FIELDS:
        raise SqlError("INVALID_EXTRACT_FIELD", f"Cannot extract `{name}`.", "42601")
    intervals = types.of(value)
    if intervals is not None and intervals.name.startswith("interval"):
        return cast(call(_FIELDS[name], value), INT)
    return cast(call(_FIELDS[name], _stamp(value, types)), INT)


def truncated(node: exp.Expr, types: Types) -> exp.Expr:
    """date_trunc(unit, x) is a timestamp."""
    return cast(call("date_trunc", _unit(node, "date_trunc"), _stamp(node.this, types)), TIMESTAMP)


def truncated_date(node: exp.Expr, types: Types) -> exp.Expr:
    """trunc(x, unit) is a date."""
    return cast(call("date_trunc", _unit(node, "trunc"), cast(node.this, DATE)), DATE)


def days_added(node: exp.Expr, types: Types) -> exp.Expr:
    """date_add(x, days), date_sub: a date."""
    if _unit(node, "date_add") != "day":
        raise Unsupported("date_add with this unit")
    days = cast(exp.paren(node.expression), INT)
    return exp.paren(exp.Add(this=cast(node.this, DATE), expression=days))


def added(node: exp.Expr, types: Types) -> exp.Expr:
    """dateadd(unit, n, x), timestampadd: a timestamp."""
    unit = _unit(node, "timestampadd")
    amount = node.expression
    if isinstance(amount, exp.Interval):
        amount = amount.this
    value = _stamp(node.this, types)
    kind = TIMESTAMP_NTZ if types.is_a(node.this, "timestamp_ntz") else TIMESTAMP
    if unit == "quarter":
        unit, amount = "month", exp.Mul(this=exp.paren(amount), expression=exp.Literal.number(3))
    interval = call(f"to_{unit}s", cast(exp.paren(amount), BIGINT if unit in ("millisecond", "microsecond") else INT))
    return cast(exp.Add(this=value, expression=interval), kind)


def months_added(node: exp.Expr, types: Types) -> exp.Expr:
    """add_months(x, n): a date."""
    return cast(exp.Add(this=cast(node.this, DATE), expression=call("to_months", cast(node.expression, INT))), DATE)


def months_between(node: exp.Expr, types: Types) -> exp.Expr:
    return call("dbx_months_between", cast(node.this, TIMESTAMP_NTZ), cast(node.expression, TIMESTAMP_NTZ))


def month_end(node: exp.Expr, types: Types) -> exp.Expr:
    return call("last_day", cast(node.this, DATE))


def next_day(node: exp.Expr, types: Types) -> exp.Expr | None:
    """next_day(x, weekday)."""
    node.set("this", cast(node.this, DATE))
    return None


def made(node: exp.Expr, types: Types) -> exp.Expr:
    """make_timestamp(y, m, d, h, min, s)."""
    given = [node.args.get(key) for key in ("year", "month", "day", "hour", "min", "sec")]
    *whole, seconds = [value for value in given if value is not None]
    numbers = [cast(value, BIGINT) for value in whole]
    return cast(call("make_timestamp", *numbers, cast(seconds, "DOUBLE")), TIMESTAMP)


def counted_units(node: exp.Expr, types: Types) -> exp.Expr:
    """unix_seconds, unix_millis, unix_micros."""
    name = {"UnixSeconds": "epoch", "UnixMillis": "epoch_ms", "UnixMicros": "epoch_us"}[type(node).__name__]
    return cast(call("floor", call(name, cast(node.this, TIMESTAMP))), BIGINT)


def days_since_epoch(node: exp.Expr, types: Types) -> exp.Expr:
    return cast(exp.Sub(this=cast(node.this, DATE), expression=cast(exp.Literal.string("1970-01-01"), DATE)), INT)


def date_since_epoch(node: exp.Expr, types: Types) -> exp.Expr:
    return exp.paren(exp.Add(this=cast(exp.Literal.string("1970-01-01"), DATE), expression=cast(node.this, INT)))


def to_local(node: exp.Expr, types: Types) -> exp.Expr:
    """from_utc_timestamp(x, zone): what a clock there shows, as a timestamp."""
    return cast(call("timezone", node.args["zone"], cast(node.this, TIMESTAMP)), TIMESTAMP)


def from_local(node: exp.Expr, types: Types) -> exp.Expr:
    """to_utc_timestamp(x, zone)."""
    return cast(call("timezone", node.args["zone"], cast(node.this, TIMESTAMP_NTZ)), TIMESTAMP)


def converted(node: exp.Expr, types: Types) -> exp.Expr:
    """convert_timezone([from,] to, x): what a clock shows."""
    source = node.args.get("source_tz") or exp.Literal.string("UTC")
    moment = call("timezone", source, cast(node.args["timestamp"], TIMESTAMP_NTZ))
    return call("timezone", node.args["target_tz"], moment)


def series(node: exp.Expr, types: Types) -> exp.Expr:
    """sequence(start, end[, step]): of ints, dates or timestamps; runs downwards if the end is before the start."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    kind = types.of(start)
    if kind is not None and kind.name == "date":
        listed = call("generate_series", start, end, step or exp.Interval(this=exp.Literal.string("1"), unit=exp.var("DAY")))
        return cast(listed, "DATE[]")
    if kind is not None and kind.name in ("timestamp", "timestamp_ntz"):
        return call("generate_series", start, end, step)
    listed = call("dbx_sequence", start, end) if step is None else call("generate_series", start, end, step)
    name = "INTEGER[]" if kind is None or kind.name not in INTEGRAL or kind.name == "int" else "BIGINT[]"
    return cast(listed, name)


def now(node: exp.Expr, types: Types) -> exp.Expr:
    """current_timestamp() by the workspace's clock, which a test may have moved."""
    offset = types.session.workspace.clock.offset
    if not offset:
        return node
    return exp.paren(sql(f"current_timestamp + to_microseconds({int(offset * 1_000_000)})"))


def today(node: exp.Expr, types: Types) -> exp.Expr:
    """current_date() by the same clock."""
    moved = now(exp.CurrentTimestamp(), types)
    return node if isinstance(moved, exp.CurrentTimestamp) else cast(moved, DATE)


RULES: dict[type[exp.Expr], Rule] = {
    exp.CurrentTimestamp: now,
    exp.CurrentDate: today,
    exp.Year: part("year"),
    exp.Month: part("month"),
    exp.Day: part("day"),
    exp.DayOfMonth: part("day"),
    exp.DayOfYear: part("dayofyear"),
    exp.Quarter: part("quarter"),
    exp.WeekOfYear: part("week"),
    exp.Hour: part("hour"),
    exp.Minute: part("minute"),
    exp.Second: part("second"),
    exp.DayOfWeek: weekday_number,
    exp.Extract: extract,
    exp.TimestampTrunc: truncated,
    exp.DateTrunc: truncated_date,
    exp.TsOrDsAdd: days_added,
    exp.TimestampAdd: added,
    exp.DateAdd: added,
    exp.AddMonths: months_added,
    exp.MonthsBetween: months_between,
    exp.LastDay: month_end,
    exp.NextDay: next_day,
    exp.TimestampFromParts: made,
    exp.UnixSeconds: counted_units,
    exp.UnixMillis: counted_units,
    exp.UnixMicros: counted_units,
    exp.UnixDate: days_since_epoch,
    exp.DateFromUnixDate: date_since_epoch,
    exp.AtTimeZone: to_local,
    exp.FromTimeZone: from_local,
    exp.ConvertTimezone: converted,
    exp.GenerateSeries: series,
}
