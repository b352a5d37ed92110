"""Patterns of SHOW: `'a*|b'`, where `*` stands for anything, in any case. `%` works as well in newer statements."""

from __future__ import annotations

import re

from infra.emulator.sql.tokens import Tokens


def read(tokens: Tokens) -> re.Pattern[str] | None:
    """`[LIKE] 'pattern'`, which may be absent."""
    if tokens.take("LIKE") or tokens.at_string():
        return compiled(tokens.string())
    return None


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression that must match the whole name."""
    parts = [re.escape(part).replace(r"\*", ".*").replace("%", ".*") for part in pattern.split("|")]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE | re.DOTALL)


def fits(pattern: re.Pattern[str] | None, name: str) -> bool:
    """Whether the name matches; no pattern lets all names through."""
    return pattern is None or pattern.fullmatch(name) is not None
