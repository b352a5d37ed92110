"""Properties of the translation: whatever the values, the result is what Spark's rules, written in Python, say."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.emulator.sql.errors import SqlError
from infra.emulator.sql.types import parse
from infra.emulator.sql.types.duck import from_duckdb, same_in_duckdb, to_duckdb
from infra.emulator.sql.types.model import DataType, Field
from tests.emulator.sql.conftest import Lakehouse

INTS = st.integers(-(2**31), 2**31 - 1)
SMALL = st.integers(-1000, 1000)
WORDS = st.text("abcé'\\_%.$ \n", max_size=12)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SIZES = st.tuples(st.integers(1, 18), st.integers(0, 9)).map(lambda size: (size[0], min(size)))
LISTS = st.lists(st.integers(-5, 5), max_size=8)
EXAMPLES = settings(max_examples=25, deadline=None)


def quoted(text: str) -> str:
    """A string literal of Databricks SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def array(values: list[int]) -> str:
    """An array literal."""
    return f"cast(array({', '.join(map(str, values))}) as array<int>)"


def one(lakehouse: Lakehouse, expression: str) -> Any:
    """The value of an expression."""
    return lakehouse.run(f"select {expression}")[0][0]


@EXAMPLES
@given(WORDS)
def test_a_literal_is_the_text_that_was_meant(shared: Lakehouse, text: str) -> None:
    """Quotes, backslashes and line ends included; also stored and read back, and in a comment."""
    assert one(shared, quoted(text)) == text
    shared.run(
        f"create or replace table dev.default.p (t string comment {quoted(text)})",
        f"insert into dev.default.p values ({quoted(text)})",
    )
    assert shared.run("select t from dev.default.p") == [(text,)]
    assert shared.run("describe dev.default.p")[0][2] == text


@EXAMPLES
@given(INTS, INTS.filter(bool))
def test_division_truncates_and_remainders_have_the_dividends_sign(shared: Lakehouse, a: int, b: int) -> None:
    """`/` is exact to a double, div cuts off, % has the dividend's sign, pmod none."""
    quotient = int(Decimal(a) / Decimal(b))
    found = shared.run(f"select ({a}) / ({b}), ({a}) div ({b}), cast({a} as bigint) % ({b}), pmod(cast({a} as bigint), {b})")[0]
    rest = a - b * quotient
    assert found == (a / b, quotient, rest, (rest + b) % b if b > 0 else _pmod(rest, b))


def _pmod(rest: int, b: int) -> int:
    """Spark's pmod, whose result has the divisor's sign or is zero, by remainders that cut off."""
    total = rest + b
    return total - b * int(Decimal(total) / Decimal(b))


@EXAMPLES
@given(st.decimals(-99999, 99999, places=4))
def test_numbers_are_cut_off_by_casts_and_rounded_by_round(shared: Lakehouse, value: Decimal) -> None:
    """cast to int drops the fraction; round goes half up; a cast to a smaller scale rounds too."""
    found = shared.run(
        f"select cast(cast({value} as decimal(10,4)) as int), round(cast({value} as decimal(10,4)), 1),"
        f" cast(cast({value} as decimal(10,4)) as decimal(10,2))"
    )[0]
    assert found == (
        int(value.quantize(Decimal(1), ROUND_DOWN)),
        value.quantize(Decimal("0.1"), ROUND_HALF_UP),
        value.quantize(Decimal("0.01"), ROUND_HALF_UP),
    )


@EXAMPLES
@given(SIZES, SIZES, st.sampled_from("+-*/"))
def test_decimals_have_sparks_precision_and_scale(
    shared: Lakehouse, left: tuple[int, int], right: tuple[int, int], sign: str
) -> None:
    """The table of https://spark.apache.org/docs/latest/sql-ref-ansi-compliance.html, capped at 38 digits."""
    (p1, s1), (p2, s2) = left, right
    scale = {"*": s1 + s2, "/": max(6, s1 + p2 + 1)}.get(sign, max(s1, s2))
    precision = {"*": p1 + p2 + 1, "/": p1 - s1 + s2 + scale}.get(sign, max(s1, s2) + max(p1 - s1, p2 - s2) + 1)
    if precision > 38:
        precision, scale = 38, max(38 - (precision - scale), min(scale, 6))
    columns = f"cast(null as decimal({p1},{s1})) as a, cast(null as decimal({p2},{s2})) as b"
    query = f"select a {sign} b as x from (select {columns})"
    assert shared.types(query) == [f"decimal({precision},{scale})"]


@EXAMPLES
@given(DAYS, DAYS, st.integers(-500, 500))
def test_dates_move_and_differ_as_in_the_calendar(shared: Lakehouse, first: date, second: date, number: int) -> None:
    """Days, months that end, whole months between."""
    months = first.year * 12 + first.month - 1 + number
    year, month = divmod(months, 12)
    moved = date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))
    whole = (second.year - first.year) * 12 + second.month - first.month
    found = shared.run(
        f"select date_add(date'{first}', {number}), add_months(date'{first}', {number}),"
        f" datediff(date'{second}', date'{first}'),"
        f" last_day(date'{first}'), dayofweek(date'{first}'), weekofyear(date'{first}')"
    )[0]
    assert found == (
        first + timedelta(number),
        moved,
        (second - first).days,
        date(first.year, first.month, calendar.monthrange(first.year, first.month)[1]),
        first.isoweekday() % 7 + 1,
        first.isocalendar().week,
    )
    counted = one(shared, f"datediff(MONTH, date'{first}', date'{second}')")
    assert abs(counted) <= abs(whole)
    assert abs(counted - whole) <= 1


@EXAMPLES
@given(WORDS, st.integers(-15, 15), st.integers(0, 15))
def test_substring_counts_from_one_or_from_the_end(shared: Lakehouse, text: str, start: int, length: int) -> None:
    """Position 0 is 1; one before the start counts into the length."""
    begin = start - 1 if start > 0 else 0 if start == 0 else len(text) + start
    end = begin + length
    expected = text[max(0, begin) : max(0, end)]
    assert one(shared, f"substring({quoted(text)}, {start}, {length})") == expected


@EXAMPLES
@given(LISTS, LISTS, st.integers(1, 9), st.integers(0, 9))
def test_arrays_keep_their_order(shared: Lakehouse, a: list[int], b: list[int], start: int, length: int) -> None:
    """Distinct, union, except, intersect, slice, position, sort, concat."""
    distinct = list(dict.fromkeys(a))
    found = shared.run(
        f"select array_distinct({array(a)}), array_union({array(a)}, {array(b)}), array_except({array(a)}, {array(b)}),"
        f" array_intersect({array(a)}, {array(b)}), slice({array(a)}, {start}, {length}), array_position({array(a)}, 3),"
        f" sort_array({array(a)}), size({array(a)}), transform({array(a)}, (x, i) -> x * i), concat({array(a)}, {array(b)})"
    )[0]
    assert found == (
        distinct,
        list(dict.fromkeys(a + b)),
        [each for each in distinct if each not in b],
        [each for each in distinct if each in b],
        a[start - 1 : start - 1 + length],
        a.index(3) + 1 if 3 in a else 0,
        sorted(a),
        len(a),
        [each * at for at, each in enumerate(a)],
        a + b,
    )


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 4), st.one_of(st.none(), SMALL)), min_size=1, max_size=12))
def test_aggregates_leave_out_nulls(shared: Lakehouse, rows: list[tuple[int, int | None]]) -> None:
    """By group: count, sum, collected values; sums of nothing are null, collections empty."""
    values = ", ".join(f"({key}, {'null' if value is None else value})" for key, value in rows)
    found = shared.run(
        f"select k, count(v), sum(v), sort_array(collect_list(v)), count(*) from values (-1, 0), {values} as t(k, v)"
        " where k >= 0 group by k order by k"
    )
    groups: dict[int, list[int]] = {key: [] for key, _ in rows}
    for key, value in rows:
        groups[key] += [] if value is None else [value]
    assert found == [
        (key, len(held), sum(held) if held else None, sorted(held), sum(1 for each, _ in rows if each == key))
        for key, held in sorted(groups.items())
    ]


KEYS = st.lists(st.tuples(st.integers(0, 6), WORDS), max_size=8, unique_by=lambda row: row[0])


@EXAMPLES
@given(KEYS, KEYS, st.booleans())
def test_a_merge_is_what_a_dictionary_would_do(
    shared: Lakehouse, old: list[tuple[int, str]], new: list[tuple[int, str]], deletes: bool
) -> None:
    """Update what matches, insert what does not, delete what the source has not."""
    shared.run(
        "create or replace table dev.default.d (k int, v string)", "create or replace table dev.default.n (k int, v string)"
    )
    for name, rows in (("d", old), ("n", new)):
        if rows:
            shared.run(f"insert into dev.default.{name} values " + ", ".join(f"({key}, {quoted(text)})" for key, text in rows))
    tail = " when not matched by source then delete" if deletes else ""
    counts = shared.run(
        "merge into dev.default.d using dev.default.n as s on d.k = s.k when matched and d.v <> s.v then update set *"
        f" when not matched then insert *{tail}"
    )[0]
    before, source = dict(old), dict(new)
    after = {key: text for key, text in (before | source).items() if not deletes or key in source}
    assert dict(shared.run("select k, v from dev.default.d")) == after
    assert counts[1:] == (
        sum(1 for key in before if key in source and before[key] != source[key]),
        len(set(before) - set(source)) if deletes else 0,
        len(set(source) - set(before)),
    )


SCALARS = st.sampled_from(
    [
        DataType(name)
        for name in ("boolean", "tinyint", "int", "bigint", "double", "string", "binary", "date", "timestamp", "timestamp_ntz")
    ]
    + [DataType("decimal", precision=10, scale=2)]
)
TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(lambda kind: DataType("array", element=kind)),
        inner.map(lambda kind: DataType("map", key=DataType("string"), value=kind)),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda kinds: DataType("struct", fields=tuple(Field(f"f {at}", kind) for at, kind in enumerate(kinds)))
        ),
    ),
    max_leaves=5,
)


@EXAMPLES
@given(TYPES)
def test_a_type_survives_every_form(shared: Lakehouse, kind: DataType) -> None:
    """As text, in DuckDB, in a table's document, in a result."""
    assert parse.parse(kind.text()) == kind
    relation = shared.session.cursor.sql(f"select cast(null as {to_duckdb(kind)}) as x")
    assert (from_duckdb(relation.types[0]), same_in_duckdb(relation.types[0], kind)) == (kind, True)
    shared.run(f"create or replace table dev.default.ty (x {kind.text()})")
    assert shared.types("select x from dev.default.ty") == [kind.text()]


@settings(max_examples=100, deadline=None)
@given(st.text("select from where ()'\"`;,.*=-/ \n\\1a", max_size=40))
def test_nonsense_is_refused_in_databricks_words(shared: Lakehouse, text: str) -> None:
    """Whatever is sent, the answer is rows or an error with a class; never a fault of ours."""
    error_class = ""
    try:
        shared.run(text)
    except SqlError as error:
        error_class = error.error_class
    assert error_class != "INTERNAL_ERROR"
