"""Conditions of attribute-based policies: `has_tag('pii') AND NOT has_tag_value('level', 'low')`. Pure.

https://docs.databricks.com/en/data-governance/unity-catalog/abac/policies.html: the functions has_tag and has_tag_value (also
written hasTag, hasTagValue), AND, OR, NOT, TRUE, FALSE and brackets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlglot
from sqlglot import exp

from infra.emulator.errors import InvalidParameter

_HAS_TAG: Final = frozenset({"HAS_TAG", "HASTAG"})
_HAS_VALUE: Final = frozenset({"HAS_TAG_VALUE", "HASTAGVALUE"})


def check(condition: str) -> None:
    """Raise InvalidParameter for a condition that is none."""
    holds(condition, {})


def holds(condition: str, tags: Mapping[str, str]) -> bool:
    """Whether tags satisfy a condition."""
    try:
        parsed = sqlglot.parse_one(condition, dialect="databricks")
    except sqlglot.errors.SqlglotError as error:
        raise InvalidParameter(f"'{condition}' is not a condition of a policy: {error}") from error
    return _value(parsed, tags, condition)


def _value(node: Any, tags: Mapping[str, str], whole: str) -> bool:
    if isinstance(node, exp.And | exp.Or):
        sides = [_value(side, tags, whole) for side in (node.left, node.right)]  # both, so that both are checked
        return all(sides) if isinstance(node, exp.And) else any(sides)
    if isinstance(node, exp.Not):
        return not _value(node.this, tags, whole)
    if isinstance(node, exp.Paren):
        return _value(node.this, tags, whole)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Anonymous):
        arguments = [each.this for each in node.expressions if isinstance(each, exp.Literal) and each.is_string]
        name = str(node.this).upper()
        if len(arguments) == len(node.expressions) == 1 and name in _HAS_TAG:
            return arguments[0] in tags
        if len(arguments) == len(node.expressions) == 2 and name in _HAS_VALUE:
            return bool(tags.get(arguments[0]) == arguments[1])
    raise InvalidParameter(
        f"'{node.sql()}' in the condition '{whole}' is not supported: a condition has has_tag('key'),"
        " has_tag_value('key', 'value'), AND, OR, NOT, TRUE and FALSE"
    )
