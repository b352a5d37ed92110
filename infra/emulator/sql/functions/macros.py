"""Functions made in DuckDB's SQL, for all cursors. Their errors carry Databricks' class and SQLSTATE."""

from __future__ import annotations

import duckdb

from infra.emulator.sql.functions import python


def _raise(error_class: str, message: str, sqlstate: str) -> str:
    """An expression that fails. `message` is an expression of text."""
    return f"error('[{error_class}] ' || {message} || ' SQLSTATE: {sqlstate}')"


_ZERO = _raise(
    "DIVIDE_BY_ZERO", "'Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.'", "22012"
)
_REMAINDER = _raise(
    "REMAINDER_BY_ZERO", "'Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead.'", "22012"
)
_NO_INTEGER = _raise(
    "CAST_INVALID_INPUT",
    "'The value ''' || s || ''' of the type \"STRING\" cannot be cast to a whole number because it is malformed."
    " Use `try_cast` to tolerate malformed input and return NULL instead.'",
    "22018",
)
_NO_TIME = _raise(
    "CANNOT_PARSE_TIMESTAMP",
    "'Text ''' || s || ''' could not be parsed by the pattern ' || shown || '."
    " Use `try_to_timestamp` to tolerate invalid input string and return NULL instead.'",
    "22007",
)
_NO_ITEM = _raise(
    "INVALID_ARRAY_INDEX",
    "'The index ' || i || ' is out of bounds. The array has ' || len(a) || ' elements."
    " Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.'",
    "22003",
)
_NO_ELEMENT = _raise(
    "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
    "'The index ' || i || ' is out of bounds. The array has ' || len(a) || ' elements."
    " Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead.'",
    "22003",
)

_MACROS: dict[str, str] = {
    "dbx_divide(a, b)": f"case when b = 0 then {_ZERO} else a / b end",
    "dbx_remainder(a, b)": f"case when b = 0 then {_REMAINDER} else a % b end",
    "dbx_pmod(a, b)": f"case when b = 0 then {_REMAINDER} else ((a % b) + b) % b end",
    "dbx_ln(x)": "case when x > 0 then ln(x) end",
    "dbx_log_of(x, l)": "case when x > 0 then l end",
    "dbx_nanvl(a, b)": "case when isnan(a) then b else a end",
    "dbx_log(b, x)": "case when b > 0 and x > 0 then ln(x) / ln(b) end",
    "dbx_integer_text(s)": (
        f"case when s is null or regexp_full_match(trim(s), '[+-]?[0-9]+') then trim(s) else {_NO_INTEGER} end"
    ),
    "dbx_try_integer_text(s)": "case when regexp_full_match(trim(s), '[+-]?[0-9]+') then trim(s) end",
    "dbx_float_text(x)": (
        "case when isfinite(x) and (x = 0 or (abs(x) >= 0.001 and abs(x) < 10000000)) then x::varchar"
        " else dbx_double_text(x::double) end"
    ),
    "dbx_variant_text(v)": "json_extract_string(v, '$')",
    "dbx_substring(s, p, n)": "substring(s, case when p = 0 then 1 else p end, n)",
    "dbx_initcap(s)": ("array_to_string(list_transform(string_split(lower(s), ' '), lambda w: upper(w[1:1]) || w[2:]), ' ')"),
    "dbx_substring_index(s, d, n)": (
        "case when n > 0 then array_to_string(string_split(s, d)[1:n], d)"
        " when n < 0 then array_to_string(string_split(s, d)[greatest(1, len(string_split(s, d)) + n + 1):], d) else '' end"
    ),
    "dbx_split(s, p, n)": (
        "case when n <= 0 or len(string_split_regex(s, p)) <= n then string_split_regex(s, p)"
        " else list_append(string_split_regex(s, p)[1:n - 1],"
        " regexp_replace(s, '^(?:(?:.*?)(?:' || p || ')){' || (n - 1) || '}', '')) end"
    ),
    "dbx_conv(n, a, b)": "dbx_conv_text(n::varchar, a, b)",
    "dbx_randn()": "sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())",
    "dbx_format_number(x, d)": "format('{:,.' || d || 'f}', x)",
    "dbx_marked(t, v)": "t || chr(0) || v",
    "dbx_raise(m)": _raise("USER_RAISED_EXCEPTION", "m", "P0001"),
    "dbx_assert(c, m)": f"case when c then null else {_raise('USER_RAISED_EXCEPTION', 'm', 'P0001')} end",
    "dbx_parse_time(s, p, shown)": f"case when s is null then null else coalesce(try_strptime(s, p), {_NO_TIME}) end",
    "dbx_months_between(a, b)": (
        "case when day(a) = day(b) or (a::date = last_day(a) and b::date = last_day(b))"
        " then ((year(a) - year(b)) * 12 + month(a) - month(b))::double"
        " else round((year(a) - year(b)) * 12 + month(a) - month(b)"
        " + ((day(a) - day(b)) * 86400 + epoch(a - date_trunc('day', a)) - epoch(b - date_trunc('day', b))) / 2678400.0, 8) end"
    ),
    "dbx_sequence(a, b)": "generate_series(a, b, case when a <= b then 1 else -1 end)",
    "dbx_window(t, w)": "{'start': time_bucket(w, t), 'end': time_bucket(w, t) + w}",
    "dbx_make_dt_interval(d)": "to_days(d)",
    "dbx_item(a, i)": f"case when i < 0 or i >= len(a) then {_NO_ITEM} else a[i + 1] end",
    "dbx_get(a, i)": "case when i >= 0 then a[i + 1] end",
    "dbx_element_at(a, i)": f"case when i = 0 or abs(i) > len(a) then {_NO_ELEMENT} else a[i] end",
    "dbx_try_element_at(a, i)": "a[i]",
    "dbx_array_distinct(a)": "list_filter(a, lambda x, i: list_position(a, x) = i)",
    "dbx_array_union(a, b)": "dbx_array_distinct(list_concat(a, b))",
    "dbx_array_intersect(a, b)": "list_filter(dbx_array_distinct(a), lambda x: list_position(b, x) is not null)",
    "dbx_array_except(a, b)": "list_filter(dbx_array_distinct(a), lambda x: list_position(b, x) is null)",
    "dbx_slice(a, s, n)": ("case when s > 0 then a[s:s + n - 1] else a[len(a) + s + 1:len(a) + s + n] end"),
    "dbx_or_one(a)": "case when a is null or len(a) = 0 then [null] else a end",
    "dbx_str_to_map(s, p, k)": (
        "map(list_transform(string_split(s, p), lambda e: split_part(e, k, 1)),"
        " list_transform(string_split(s, p), lambda e:"
        " case when contains(e, k) then substring(e, strpos(e, k) + length(k)) end))"
    ),
    "dbx_getbit(x, n)": "((x >> n) & 1)::tinyint",
    "dbx_skewness(x)": ("skewness(x) * (count(x) - 2) / sqrt(count(x)::double * (count(x) - 1))"),
}
_OVERLOADED = (
    "create macro dbx_mask"
    "(s) as regexp_replace(regexp_replace(regexp_replace(s, '[A-Z]', 'X', 'g'), '[a-z]', 'x', 'g'), '[0-9]', 'n', 'g'),"
    "(s, u) as regexp_replace(regexp_replace(regexp_replace(s, '[a-z]', 'x', 'g'), '[A-Z]', u, 'g'), '[0-9]', 'n', 'g'),"
    "(s, u, l) as dbx_mask_each(s, u, l, 'n', null),"
    "(s, u, l, d) as dbx_mask_each(s, u, l, d, null),"
    "(s, u, l, d, o) as dbx_mask_each(s, u, l, d, o)"
)
_MASK_EACH = (
    "create macro dbx_mask_each(s, u, l, d, o) as array_to_string(list_transform(string_split(s, ''), lambda c:"
    " case when regexp_matches(c, '[A-Z]') then coalesce(u, c) when regexp_matches(c, '[a-z]') then coalesce(l, c)"
    " when regexp_matches(c, '[0-9]') then coalesce(d, c) else coalesce(o, c) end), '')"
)


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions; called once, before any cursor is made."""
    python.install(connection)
    for signature, body in _MACROS.items():
        connection.execute(f"create macro {signature} as {body}")
    connection.execute(_MASK_EACH)
    connection.execute(_OVERLOADED)
