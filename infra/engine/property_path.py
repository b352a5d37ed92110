"""Paths into property maps, as `ignore_changes` writes them: `a.b[0]["c.d"]`, `*` for anything. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Final, TypeAlias

from infra.engine.errors import PlanError
from infra.engine.values import Properties, Secret

Path: TypeAlias = tuple[str | int, ...]

WILDCARD: Final = "*"
_MISSING: Final = object()
_PART: Final = re.compile(r'\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+|\*)\]|\.?\[(?P<key>"(?:[^"\\]|\\.)*")\]')


def parse(text: str) -> Path:
    """The keys and indices of a path. Raises `PlanError` for what is none."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise PlanError(
                f'property path {text!r}: cannot be read from character {position + 1} on; write it like a.b[0]["c"]'
            )
        name, index, key = match.group("name", "index", "key")
        if name is not None:
            parts.append(name)
        elif key is not None:
            parts.append(json.loads(key))
        else:
            parts.append(WILDCARD if index == WILDCARD else int(index))
        position = match.end()
    return tuple(parts)


def contains(outer: Path, inner: Path) -> bool:
    """Whether `inner` is at or below `outer`."""
    if len(outer) > len(inner):
        return False
    return all(left in {WILDCARD, right} for left, right in zip(outer, inner, strict=False))


def reset(path: Path, source: Properties, target: Properties) -> Properties:
    """`target` with what stands at `path` taken from `source`: replaced, added, or removed where `source` has nothing.

    Raises `PlanError` where `source` has a value but `target` has no place for it.
    """
    result = _reset(path, source, target)
    if result is _MISSING or not isinstance(result, dict):
        raise PlanError(
            f"ignore_changes: property path {'.'.join(map(str, path))!r} leads to nothing in the new inputs; remove it"
        )
    return result


def _reset(path: Path, source: Any, target: Any) -> Any:
    if not path:
        return source
    if isinstance(target, Secret):
        return Secret(_reset(path, _opened(source), target.value))
    source = _opened(source)
    head, rest = path[0], path[1:]
    if isinstance(target, dict):
        keys = sorted({*target, *(source if isinstance(source, dict) else {})}) if head == WILDCARD else [str(head)]
        return _reset_keys(keys, rest, source, target)
    if isinstance(target, list):
        return _reset_items(head, rest, source, target)
    return target if source is _MISSING else _MISSING


def _reset_keys(keys: list[str], rest: Path, source: Any, target: dict[str, Any]) -> Any:
    result = dict(target)
    for key in keys:
        below = source.get(key, _MISSING) if isinstance(source, dict) else _MISSING
        if below is _MISSING and key not in result:
            continue
        if rest and key not in result:
            return _MISSING
        value = _reset(rest, below, result.get(key, _MISSING))
        if value is _MISSING:
            if rest:
                return _MISSING
            result.pop(key, None)
        else:
            result[key] = value
    return result


def _reset_items(head: str | int, rest: Path, source: Any, target: list[Any]) -> Any:
    result = list(target)
    indices = range(len(result)) if head == WILDCARD else [int(head)]
    for index in indices:
        below = source[index] if isinstance(source, list) and index < len(source) else _MISSING
        if index >= len(result):
            return target if below is _MISSING else _MISSING
        if below is _MISSING:
            continue
        value = _reset(rest, below, result[index])
        if value is _MISSING:
            return _MISSING
        result[index] = value
    return result


def _opened(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value
