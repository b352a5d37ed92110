"""Ranges of versions as `require_pulumi_version` writes them: `>=3.5.0 !3.7.7 || <3.2.0`. Pure.

The language of `github.com/blang/semver`: conditions side by side must all hold, alternatives stand between `||`. What it
leaves out: wildcards and pre-releases.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final

from infra.engine.errors import PlanError

_CONDITION: Final = re.compile(r"(>=|<=|!=|==|>|<|=|!)?\s*(\d+)\.(\d+)\.(\d+)(?=\s|$|[<>=!])")
_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "==": operator.eq,
    "": operator.eq,
    "!": operator.ne,
    "!=": operator.ne,
}


def holds(text: str, version: tuple[int, int, int]) -> bool:
    """Whether `version` lies in the range. Raises `PlanError` for what is no range."""
    alternatives = [_all_hold(alternative, version, text) for alternative in text.split("||")]  # each must be readable
    return any(alternatives)


def _all_hold(conditions: str, version: tuple[int, int, int], text: str) -> bool:
    found = list(_CONDITION.finditer(conditions))
    if not found or _CONDITION.sub("", conditions).strip():
        raise PlanError(f"require_pulumi_version({text!r}): not readable as a range; write it like >=3.5.0 <4.0.0")
    return all(_COMPARISONS[match.group(1) or ""](version, tuple(int(part) for part in match.groups()[1:])) for match in found)
