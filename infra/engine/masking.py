"""Values as they may be shown: secrets replaced by `[secret]`. Pure."""

from __future__ import annotations

from typing import Any, Final

from infra.engine.values import UNKNOWN, UNKNOWN_STRING, Secret, Value

MASK: Final = "[secret]"


def masked(value: Value) -> Any:
    """`value` with `[secret]` for every secret; `UNKNOWN` stays."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def jsonable(value: Value) -> Any:
    """`masked`, with Pulumi's marker string for every unknown: plain JSON."""
    if value is UNKNOWN:
        return UNKNOWN_STRING
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, dict):
        return {key: jsonable(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [jsonable(item) for item in value]
    return value
