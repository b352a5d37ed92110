"""Values as they may be shown: secrets replaced by `[secret]`. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from infra.engine.values import UNKNOWN, UNKNOWN_STRING, Secret, Value

MASK: Final = "[secret]"
_TOO_SHORT: Final = 2


def masked(value: Value) -> Any:
    """`value` with `[secret]` for every secret; `UNKNOWN` stays."""
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, dict):
        return {key: masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def in_braces(value: Value) -> str:
    """A value as the CLI's messages have it: `{1}`, `{[secret]}`, `{<nil>}`."""
    shown = jsonable(value)
    return (
        "{" + ("<nil>" if shown is None else shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)) + "}"
    )


def hidden(text: str, *values: Value) -> str:
    """`text` without the secrets of `values`: providers may repeat in an error what they were sent."""
    for secret in sorted({found for value in values for found in _secrets(value)}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _secrets(value: Value, *, secret: bool = False) -> Iterator[str]:
    """The texts in a value that are secret, but for those too short to be told from others."""
    if isinstance(value, Secret):
        yield from _secrets(value.value, secret=True)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item, secret=secret)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, secret=secret)
    elif secret and isinstance(value, str) and len(value) > _TOO_SHORT:
        yield value


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
