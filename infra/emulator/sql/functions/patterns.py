"""Spark's date patterns as strftime's.

https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html. A letter that strftime cannot say is refused by name.
"""

from __future__ import annotations

import re

from sqlglot import exp

from infra.emulator.sql.errors import SqlError, Unsupported

_FORMAT = {
    "yyyy": "%Y", "y": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "LLLL": "%B", "MMM": "%b", "LLL": "%b",
    "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "DDD": "%j", "D": "%-j", "EEEE": "%A", "EEE": "%a", "EE": "%a", "E": "%a", "HH": "%H", "H": "%-H",
    "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "SSSSSS": "%f", "SSS": "%g", "a": "%p", "Z": "%z",
    "XXX": "%z", "XX": "%z", "X": "%z", "xxx": "%z", "VV": "%Z", "z": "%Z", "zzz": "%Z",
}  # fmt: skip


def literal_pattern(node: exp.Expr | None, default: str) -> exp.Expr:
    """The strftime pattern of a Spark pattern that is a literal. Raises Unsupported for a computed one."""
    if node is None:
        return exp.Literal.string(default)
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise Unsupported("a date pattern that is not a literal")
    return exp.Literal.string(strftime(node.name))


def strftime(pattern: str) -> str:
    """`yyyy-MM-dd HH:mm` to `%Y-%m-%d %H:%M`. Raises Unsupported or SqlError INVALID_DATETIME_PATTERN."""
    parts = re.findall(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z']+)", pattern)
    out = []
    for quoted, letters, _, other in parts:
        if letters:
            if letters not in _FORMAT:
                known = set("GyuMLdQqEaAhKkHmsSVzOXxZDFwWec")
                if letters[0] not in known:
                    raise SqlError(
                        "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", f"Illegal pattern character: {letters[0]}.", "22007"
                    )
                raise Unsupported(f"the date pattern letters {letters}")
            out.append(_FORMAT[letters])
        else:
            out.append((other or quoted.replace("''", "'") or "'").replace("%", "%%"))
    return "".join(out)
