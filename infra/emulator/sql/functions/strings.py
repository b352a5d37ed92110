"""Text functions."""

from __future__ import annotations

import re

from sqlglot import exp

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions.build import call, cast
from infra.emulator.sql.functions.typing import Rule, Types
from infra.emulator.sql.types import INT


def counted(node: exp.Expr, types: Types) -> exp.Expr | None:
    """What is an int in Spark and a bigint in DuckDB."""
    return cast(node.copy(), INT)


def substring(node: exp.Expr, types: Types) -> exp.Expr | None:
    """substring(text, 0, n) starts at the first character."""
    start = node.args.get("start")
    if start is None or (isinstance(start, exp.Literal) and start.this != "0"):
        return None
    return call("dbx_substring", node.this, start, node.args.get("length") or exp.Literal.number(2**31 - 1))


def initial_capitals(node: exp.Expr, types: Types) -> exp.Expr | None:
    """initcap: the first letter of each word, which spaces end."""
    return call("dbx_initcap", node.this)


def like(node: exp.Expr, types: Types) -> exp.Expr | None:
    """LIKE has `\\` as its escape character unless another is named."""
    if isinstance(node.parent, exp.Escape) or not isinstance(node.expression, exp.Literal) or "\\" not in node.expression.name:
        return None
    return exp.Escape(this=node.copy(), expression=exp.Literal.string("\\"))


def replace_pattern(node: exp.Expr, types: Types) -> exp.Expr | None:
    """regexp_replace: all of them, and `$1` stands for a group."""
    replacement = node.args.get("replacement")
    if isinstance(replacement, exp.Literal):
        replacement = exp.Literal.string(re.sub(r"\$(\d)", r"\\\1", replacement.name))
    return call("regexp_replace", node.this, node.expression, replacement or "", "g")


def hashed(node: exp.Expr, types: Types) -> exp.Expr | None:
    """sha2(text, bits)."""
    length = node.args.get("length")
    if length is None or length.name in ("0", "256"):
        return call("sha256", node.this)
    if not isinstance(length, exp.Literal) or length.name not in ("224", "384", "512"):
        raise Unsupported("sha2 with a number of bits that is not 0, 224, 256, 384 or 512 as a literal")
    return call(f"dbx_sha{length.name}", cast(node.this, "VARCHAR"))


def to_base64(node: exp.Expr, types: Types) -> exp.Expr | None:
    """base64 of text is that of its UTF-8."""
    return call("to_base64", node.this if types.is_a(node.this, "binary") else call("encode", node.this))


def split_by_pattern(node: exp.Expr, types: Types) -> exp.Expr | None:
    """split(text, pattern[, limit])."""
    limit = node.args.get("limit")
    if limit is None or limit.sql() == "-1":
        return call("string_split_regex", node.this, node.expression)
    return call("dbx_split", node.this, node.expression, limit)


def formatted(node: exp.Expr, types: Types) -> exp.Expr | None:
    """format_string: C's formats."""
    return call("printf", node.this, *node.expressions)


def replaced(node: exp.Expr, types: Types) -> exp.Expr | None:
    """replace(text, search[, by])."""
    return call("replace", node.this, node.expression, node.args.get("replacement") or "")


def soundex(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("dbx_soundex", node.this)


def substring_index(node: exp.Expr, types: Types) -> exp.Expr | None:
    return call("dbx_substring_index", node.this, node.args["delimiter"], node.args["count"])


def found_by_pattern(node: exp.Expr, types: Types) -> exp.Expr | None:
    """regexp_substr: null if nothing is found."""
    return call("nullif", call("regexp_extract", node.this, node.expression), "")


def decoded(node: exp.Expr, types: Types) -> exp.Expr | None:
    """decode(binary, charset)."""
    return call("decode", node.this if types.is_a(node.this, "binary") else call("encode", node.this))


def unique(node: exp.Expr, types: Types) -> exp.Expr | None:
    """uuid() is text."""
    return cast(call("uuid"), "VARCHAR")


RULES: dict[type[exp.Expr], Rule] = {
    exp.Length: counted,
    exp.StrPosition: counted,
    exp.Levenshtein: counted,
    exp.RegexpCount: counted,
    exp.RegexpInstr: counted,
    exp.Ascii: counted,
    exp.Substring: substring,
    exp.Initcap: initial_capitals,
    exp.Like: like,
    exp.ILike: like,
    exp.RegexpReplace: replace_pattern,
    exp.SHA2: hashed,
    exp.ToBase64: to_base64,
    exp.RegexpSplit: split_by_pattern,
    exp.Format: formatted,
    exp.Replace: replaced,
    exp.Soundex: soundex,
    exp.SubstringIndex: substring_index,
    exp.RegexpSubstr: found_by_pattern,
    exp.Decode: decoded,
    exp.Uuid: unique,
}
