"""What functions give on Databricks: value and type, as its documentation and Spark's rules say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from infra.emulator.sql.errors import SqlError
from tests.emulator.sql.conftest import Lakehouse


def at(*parts: int) -> datetime:
    """A point in time, in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


GIVEN: list[tuple[str, Any, str]] = [
    # arithmetic
    ("7 / 2", 3.5, "double"),
    ("7 div 2", 3, "bigint"),
    ("7 div -2", -3, "bigint"),
    ("-7 % 3", -1, "int"),
    ("pmod(-7, 3)", 2, "int"),
    ("10.0 / 4", Decimal("2.500000"), "decimal(8,6)"),
    ("cast(10 as decimal(10,2)) / cast(3 as decimal(5,1))", Decimal("3.33333333"), "decimal(17,8)"),
    ("cast(1.1 as decimal(10,2)) * cast(2.2 as decimal(10,2))", Decimal("2.4200"), "decimal(21,4)"),
    ("2 * cast(1.5 as decimal(5,2))", Decimal("3.00"), "decimal(7,2)"),
    ("'5' + 1", 6, "bigint"),
    ("'10' / 4", 2.5, "double"),
    ("round(2.5)", Decimal(3), "decimal(2,0)"),
    ("round(-2.5D)", -3.0, "double"),
    ("bround(2.5D)", 2.0, "double"),
    ("round(cast(2.345 as decimal(10,3)), 2)", Decimal("2.35"), "decimal(10,2)"),
    ("ceil(1.5D)", 2, "bigint"),
    ("floor(-1.5D)", -2, "bigint"),
    ("ceil(cast(1.2 as decimal(5,2)))", Decimal(2), "decimal(4,0)"),
    ("sign(-5)", -1.0, "double"),
    ("ln(0)", None, "double"),
    ("log2(8)", 3.0, "double"),
    ("log10(1000)", 3.0, "double"),
    ("try_divide(1, 0)", None, "double"),
    ("try_add(2147483647, 1)", None, "int"),
    ("zeroifnull(cast(null as int))", 0, "int"),
    ("hex(255)", "FF", "string"),
    ("conv('ff', 16, 10)", "255", "string"),
    # casts
    ("cast(1.9 as int)", 1, "int"),
    ("cast(-1.9 as int)", -1, "int"),
    ("cast(' 12 ' as int)", 12, "int"),
    ("try_cast('1.5' as int)", None, "int"),
    ("cast(array(1.9, 2.1) as array<int>)", [1, 2], "array<int>"),
    ("cast(1e10 as string)", "1.0E10", "string"),
    ("cast(1.5D as string)", "1.5", "string"),
    ("cast(timestamp'2024-01-01 10:00:00' as string)", "2024-01-01 10:00:00", "string"),
    ("cast(timestamp'1970-01-02 00:00:00' as bigint)", 86400, "bigint"),
    ("cast(86400 as timestamp)", at(1970, 1, 2), "timestamp"),
    ("'2024-01-01'::date", date(2024, 1, 1), "date"),
    ("bigint('7')", 7, "bigint"),
    # dates and times
    ("date_trunc('month', date'2024-02-03')", at(2024, 2, 1), "timestamp"),
    ("trunc(date'2024-02-07', 'YEAR')", date(2024, 1, 1), "date"),
    ("date_add(date'2024-01-01', 5)", date(2024, 1, 6), "date"),
    ("date_sub('2024-03-01', 1)", date(2024, 2, 29), "date"),
    ("dateadd(MONTH, 2, date'2024-01-31')", at(2024, 3, 31), "timestamp"),
    ("timestampadd(QUARTER, 1, date'2024-01-31')", at(2024, 4, 30), "timestamp"),
    ("add_months('2024-01-31', 1)", date(2024, 2, 29), "date"),
    ("date'2024-01-31' + interval 1 month", date(2024, 2, 29), "date"),
    ("timestamp'2024-01-01 00:00:00' + interval 2 hours", at(2024, 1, 1, 2), "timestamp"),
    ("datediff('2024-03-01', '2024-02-01')", 29, "int"),
    ("datediff(MONTH, date'2024-01-31', date'2024-02-01')", 0, "bigint"),
    ("timestampdiff(MINUTE, timestamp'2024-01-01 00:00:00', timestamp'2024-01-01 01:30:00')", 90, "bigint"),
    ("months_between('1997-02-28 10:30:00', '1996-10-30')", 3.94959677, "double"),
    ("last_day('2024-02-01')", date(2024, 2, 29), "date"),
    ("next_day('2024-01-01', 'TU')", date(2024, 1, 2), "date"),
    ("dayofweek(date'2024-01-07')", 1, "int"),
    ("weekday(date'2024-01-07')", 6, "int"),
    ("weekofyear('2024-01-07')", 1, "int"),
    ("year('2024-05-01')", 2024, "int"),
    ("extract(second from timestamp'2024-01-01 00:00:01.5')", Decimal("1.500000"), "decimal(8,6)"),
    ("date_part('hour', timestamp'2024-01-01 05:00:00')", 5, "int"),
    (
        "date_format(timestamp'2024-02-07 10:05:06.789', 'EEE, dd MMM yyyy HH:mm:ss.SSS')",
        "Wed, 07 Feb 2024 10:05:06.789",
        "string",
    ),
    ("to_date('07.02.2024', 'dd.MM.yyyy')", date(2024, 2, 7), "date"),
    ("to_timestamp('2024-02-07 10:11', 'yyyy-MM-dd HH:mm')", at(2024, 2, 7, 10, 11), "timestamp"),
    ("try_to_timestamp('x', 'yyyy')", None, "timestamp"),
    ("unix_timestamp('2024-01-01', 'yyyy-MM-dd')", 1704067200, "bigint"),
    ("from_unixtime(1704067200, 'yyyy/MM/dd')", "2024/01/01", "string"),
    ("timestamp_millis(1500)", at(1970, 1, 1, 0, 0, 1, 500000), "timestamp"),
    ("from_utc_timestamp('2024-01-01 00:00:00', 'America/New_York')", at(2023, 12, 31, 19), "timestamp"),
    ("to_utc_timestamp('2024-01-01 00:00:00', 'America/New_York')", at(2024, 1, 1, 5), "timestamp"),
    ("sequence(date'2024-01-01', date'2024-01-03')", [date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3)], "array<date>"),
    ("sequence(5, 3)", [5, 4, 3], "array<int>"),
    # text
    ("substring('abc', 0, 2)", "ab", "string"),
    ("substring('abc', -2, 2)", "bc", "string"),
    ("initcap('hELLO wORLD  x')", "Hello World  X", "string"),
    ("initcap(regexp_replace('a  b', ' +', ' '))", "A B", "string"),
    ("substring_index('a.b.c', '.', 2)", "a.b", "string"),
    ("substring_index('a.b.c', '.', -2)", "b.c", "string"),
    ("split('a,b,c', ',', 2)", ["a", "b,c"], "array<string>"),
    ("regexp_replace('abc', '(b)', '[$1]')", "a[b]c", "string"),
    ("regexp_extract('foo123', '([a-z]+)(\\\\d+)', 2)", "123", "string"),
    ("regexp_extract('x', '(y)')", "", "string"),
    ("'axb' like 'a\\\\_b'", False, "boolean"),
    ("'a_b' like 'a\\\\_b'", True, "boolean"),
    ("locate('b', 'abcb', 3)", 4, "int"),
    ("length('é')", 1, "int"),
    ("octet_length('é')", 2, "int"),
    ("format_number(12332.123456, 4)", "12,332.1235", "string"),
    ("format_string('%s-%d', 'a', 5)", "a-5", "string"),
    ("mask('AbCD123-@$#')", "XxXXnnn-@$#", "string"),
    ("mask('AbCD123-@$#', 'Q', 'q', 'd', 'o')", "QqQQdddoooo", "string"),
    ("soundex('Miller')", "M460", "string"),
    ("base64('Spark SQL')", "U3BhcmsgU1FM", "string"),
    ("find_in_set('ab', 'abc,b,ab,c,def')", 3, "int"),
    ("md5('Spark')", "8cde774d6f7333752ed72cacddb05126", "string"),
    ("sha1('Spark')", "85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c", "string"),
    ("sha2('Spark', 256)", "529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b", "string"),
    ("crc32('Spark')", 1557323817, "bigint"),
    ("hash('a')", 1485273170, "int"),
    ("xxhash64('a')", -8582455328737087284, "bigint"),
    # arrays, maps, structs
    ("array(1, 2)[0]", 1, "int"),
    ("get(array(1), 5)", None, "int"),
    ("element_at(array(1, 2), -1)", 2, "int"),
    ("map('a', 1)['z']", None, "int"),
    ("size(map('a', 1))", 1, "int"),
    ("array_distinct(array(3, 1, 3))", [3, 1], "array<int>"),
    ("array_union(array(3, 1), array(1, 9))", [3, 1, 9], "array<int>"),
    ("array_except(array(1, 2, 3), array(2))", [1, 3], "array<int>"),
    ("sort_array(array(2, null, 1))", [None, 1, 2], "array<int>"),
    ("sort_array(array(2, null, 1), false)", [2, 1, None], "array<int>"),
    ("array_sort(array(2, null, 1))", [1, 2, None], "array<int>"),
    ("slice(array(1, 2, 3, 4), -2, 2)", [3, 4], "array<int>"),
    ("array_position(array('a', 'b'), 'z')", 0, "bigint"),
    ("array_join(array('a', null, 'b'), ',', '?')", "a,?,b", "string"),
    ("transform(array(5, 6), (x, i) -> x * i)", [0, 6], "array<int>"),
    ("filter(array(5, 6, 7), (x, i) -> i > 0)", [6, 7], "array<int>"),
    ("exists(array(1, 2), x -> x > 1)", True, "boolean"),
    ("forall(array(1, 2), x -> x > 1)", False, "boolean"),
    ("aggregate(array(1, 2, 3), 0, (a, x) -> a + x, a -> a * 10)", 60, "int"),
    ("zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)", [4, 6], "array<int>"),
    ("map_filter(map('a', 1, 'b', 2), (k, v) -> v > 1)", [("b", 2)], "map<string,int>"),
    ("transform_keys(map('a', 1), (k, v) -> upper(k))", [("A", 1)], "map<string,int>"),
    ("str_to_map('a:1,b:2')", [("a", "1"), ("b", "2")], "map<string,string>"),
    ("named_struct('a', 1, 'b', 'x').b", "x", "string"),
    # JSON
    ("to_json(named_struct('a', 1, 'b', cast(null as int)))", '{"a":1}', "string"),
    ("from_json('{\"a\":[1,2]}', 'a array<int>').a", [1, 2], "array<int>"),
    ("get_json_object('{\"a\":[1,{\"b\":2}]}', '$.a[1].b')", "2", "string"),
    ('\'{"a":"x"}\':a', "x", "string"),
    ('parse_json(\'{"a":{"b":5}}\'):a.b::int', 5, "int"),
    # null and condition
    ("1 <=> null", False, "boolean"),
    ("nvl2(null, 1, 2)", 2, "int"),
    ("decode(2, 1, 'a', 2, 'b', 'z')", "b", "string"),
    ("greatest(1, null, 3)", 3, "int"),
    ("typeof(array(1.5))", "array<decimal(2,1)>", "string"),
]


@pytest.mark.parametrize(("expression", "value", "kind"), GIVEN, ids=[given[0] for given in GIVEN])
def test_an_expression_gives_what_databricks_gives(shared: Lakehouse, expression: str, value: Any, kind: str) -> None:
    """The value is Databricks', and so is the type that clients see."""
    [(actual,)] = shared.run(f"select {expression}")
    assert (value, kind) == (actual, shared.types(f"select {expression}")[0])


AGGREGATES: list[tuple[str, Any, str]] = [
    ("avg(cast(x as decimal(10,2)))", Decimal("2.333333"), "decimal(14,6)"),
    ("sum(cast(x as decimal(10,2)))", Decimal("7.00"), "decimal(20,2)"),
    ("sum(x)", 7, "bigint"),
    ("avg(x)", 7 / 3, "double"),
    ("count_if(x > 1)", 2, "bigint"),
    ("collect_list(case when x > 1 then x end)", [2, 4], "array<int>"),
    ("collect_list(x) filter (where x > 9)", [], "array<int>"),
    ("percentile(x, 0.5)", 2.0, "double"),
    ("percentile_approx(x, 0.5)", 2, "int"),
    ("median(x)", 2.0, "double"),
    ("max_by(y, x)", "c", "string"),
    ("count(distinct x, y)", 3, "bigint"),
    ("listagg(y, '-') within group (order by y desc)", "c-b-a", "string"),
    ("kurtosis(x)", -1.5, "double"),
    ("bool_and(x > 0)", True, "boolean"),
    ("every(x > 1)", False, "boolean"),
]


@pytest.mark.parametrize(("expression", "value", "kind"), AGGREGATES, ids=[given[0] for given in AGGREGATES])
def test_an_aggregate_gives_what_databricks_gives(shared: Lakehouse, expression: str, value: Any, kind: str) -> None:
    """Types of sums and averages follow Spark's rules for decimals."""
    query = f"select {expression} from values (1, 'a'), (2, 'b'), (4, 'c') as t(x, y)"
    [(actual,)] = shared.run(query)
    assert (pytest.approx(value) if isinstance(value, float) else value, kind) == (actual, shared.types(query)[0])


WINDOWS = [
    ("row_number() over (order by x desc)", [3, 2, 1], "int"),
    ("rank() over (order by x)", [1, 2, 3], "int"),
    ("sum(x) over (partition by year(d) order by x)", [1, 3, 7], "bigint"),
    ("avg(cast(x as decimal(10,2))) over ()", [Decimal("2.333333")] * 3, "decimal(14,6)"),
    ("lag(x, 1, 0) over (order by x)", [0, 1, 2], "int"),
    ("collect_list(x) over (order by x)", [[1], [1, 2], [1, 2, 4]], "array<int>"),
]


@pytest.mark.parametrize(("expression", "values", "kind"), WINDOWS, ids=[given[0] for given in WINDOWS])
def test_a_window_function_gives_what_databricks_gives(shared: Lakehouse, expression: str, values: Any, kind: str) -> None:
    """Also with functions inside PARTITION BY and ORDER BY."""
    query = f"select {expression} as w from (select x, date'2024-01-01' as d from values (1), (2), (4) as t(x)) order by x"
    assert ([(value,) for value in values], kind) == (shared.run(query), shared.types(query)[0])


GENERATED = [
    ("select explode(array(1, 2)) as e", [(1,), (2,)]),
    ("select posexplode(array('a', 'b'))", [(0, "a"), (1, "b")]),
    ("select explode(map('a', 1)) as (k, v)", [("a", 1)]),
    ("select inline(array(struct(1, 'a'), struct(2, 'b'))) as (x, y)", [(1, "a"), (2, "b")]),
    ("select stack(2, 1, 'a', 2, 'b')", [(1, "a"), (2, "b")]),
    ("select t.x, e from values (1, array(7, 8)) t(x, a) lateral view explode(a) as e", [(1, 7), (1, 8)]),
    ("select t.x, k, v from values (1, map('a', 7)) t(x, m) lateral view explode(m) z as k, v", [(1, "a", 7)]),
    ("select t.x, e from (select 1 x, cast(array() as array<int>) a) t lateral view outer explode(a) z as e", [(1, None)]),
    ("select x, y from (select 1 as a, a + 1 as x, x * 2 as y)", [(2, 4)]),
    ("select id from range(2, 4)", [(2,), (3,)]),
    ("select col2 from values (1, 'a')", [("a",)]),
    (
        "select a, b, count(*), grouping_id(a, b) from values (1, 2) t(a, b) group by rollup (a, b) order by 4",
        [(1, 2, 1, 0), (1, None, 1, 1), (None, None, 1, 3)],
    ),
    ("select * from (select 'a' k, 1 v union all select 'b', 2) pivot (sum(v) for k in ('a', 'b'))", [(1, 2)]),
    ("select x from values (2), (null), (1) t(x) order by x", [(None,), (1,), (2,)]),
    ("select x from values (2), (null), (1) t(x) order by x desc", [(2,), (1,), (None,)]),
]


@pytest.mark.parametrize(("query", "rows"), GENERATED, ids=[given[0] for given in GENERATED])
def test_a_query_gives_the_rows_that_databricks_gives(shared: Lakehouse, query: str, rows: list[tuple[Any, ...]]) -> None:
    """Generators, groupings, the order of nulls."""
    assert rows == shared.run(query)


REFUSED = [
    ("1 / 0", "DIVIDE_BY_ZERO"),
    ("1.5 / 0", "DIVIDE_BY_ZERO"),
    ("5 % 0", "REMAINDER_BY_ZERO"),
    ("cast('abc' as int)", "CAST_INVALID_INPUT"),
    ("cast('1.5' as int)", "CAST_INVALID_INPUT"),
    ("cast('x' as date)", "CAST_INVALID_INPUT"),
    ("cast(2147483647 as int) + 1", "ARITHMETIC_OVERFLOW"),
    ("array(1, 2)[5]", "INVALID_ARRAY_INDEX"),
    ("element_at(array(1), 3)", "INVALID_ARRAY_INDEX_IN_ELEMENT_AT"),
    ("to_date('x', 'yyyy')", "CANNOT_PARSE_TIMESTAMP"),
    ("raise_error('boom')", "USER_RAISED_EXCEPTION"),
    ("no_such_function(1)", "UNRESOLVED_ROUTINE"),
    ("list_aggregate(array(1), 'sum')", "UNRESOLVED_ROUTINE"),
    ("getenv('HOME')", "UNRESOLVED_ROUTINE"),
    ("date_format(current_date(), 'qqqq')", "UNSUPPORTED_FEATURE"),
    ("secret('a', 'b')", "UNSUPPORTED_FEATURE"),
]


@pytest.mark.parametrize(("expression", "error_class"), REFUSED, ids=[given[0] for given in REFUSED])
def test_an_expression_fails_with_databricks_error_class(shared: Lakehouse, expression: str, error_class: str) -> None:
    """Nothing that fails there gives null, infinity or DuckDB's own function here."""
    with pytest.raises(SqlError) as raised:
        shared.run(f"select {expression}")
    assert error_class == raised.value.error_class
