"""A program's inputs, checked and completed as the official provider does it: `__defaults` at every object's level.

What it leaves out: comparing (`differences`), and rules over several properties, which are each resource's own `verify`.
"""

from __future__ import annotations

import difflib
import secrets as randomness
from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure
from infra.engine.values import UNKNOWN, Properties, Secret, Value
from infra.providers.databricks.shapes import AUTO_NAME, Field, Kind, Shape

DEFAULTS: Final = "__defaults"

_PYTHON: Final[dict[Kind, tuple[type, ...]]] = {
    "text": (str, bool, int, float),
    "integer": (int, float, str),
    "number": (int, float, str),
    "flag": (bool, str),
    "mapping": (dict,),
    "texts": (list,),
    "integers": (list,),
    "block": (dict,),
    "blocks": (list,),
}
_WORDS: Final[dict[Kind, str]] = {
    "text": "a string",
    "integer": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "mapping": "a map of strings",
    "texts": "a list of strings",
    "integers": "a list of whole numbers",
    "block": "an object",
    "blocks": "a list of objects",
}


class Inputs:
    """One check: collects what is wrong while it completes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.failures: list[CheckFailure] = []

    def complete(self, shape: Shape, news: Properties, olds: Properties | None, path: str = "") -> Properties:
        """`news` with defaults; `olds` are the checked inputs of before, whose defaulted values are kept."""
        given = {name: value for name, value in news.items() if value is not None and name != DEFAULTS}
        self.failures.extend(_unknown_names(shape, given, path))
        completed: Properties = {}
        for name, value in given.items():
            field = shape.get(name)
            if field is not None:
                completed[name] = _sealed(field, self._value(field, value, (olds or {}).get(name), f"{path}{name}"))
        defaulted = []
        for field in shape.fields():
            if field.name in completed or field.output:
                continue
            if field.default is not None:
                completed[field.name] = self._default(field, olds)
                defaulted.append(field.name)
            elif field.required:
                self.failures.append(CheckFailure(path + field.name, f"Missing required property '{field.name}'"))
        if not shape.framework:
            completed[DEFAULTS] = sorted(defaulted)
        return completed

    def _default(self, field: Field, olds: Properties | None) -> Value:
        if olds and field.name in olds and field.name in olds.get(DEFAULTS, (field.name,)):
            return olds[field.name]
        if field.default is AUTO_NAME:
            return f"{self._name}-{randomness.token_hex(4)[:7]}"
        return field.default

    def _value(self, field: Field, value: Value, old: Value, path: str) -> Value:
        if value is UNKNOWN:
            return value
        if isinstance(value, Secret):
            return Secret(self._value(field, value.value, old.value if isinstance(old, Secret) else old, path))
        problem = _problem(field, value)
        if problem:
            self.failures.append(CheckFailure(path, problem))
            return value
        if field.kind == "block":
            return self.complete(field.nested, value, _plain_object(old), path + ".")
        if field.kind == "blocks":
            before = old.value if isinstance(old, Secret) else old
            return [self._item(field, item, before, index, path) for index, item in enumerate(value)]
        if field.kind in {"texts", "integers", "mapping"}:
            return _without_none(value)
        return int(value) if field.kind == "integer" and isinstance(value, float) else value

    def _item(self, field: Field, item: Value, olds: Value, index: int, path: str) -> Value:
        here = f"{path}[{index}]"
        if item is UNKNOWN:
            return item
        plain = item.value if isinstance(item, Secret) else item
        if not isinstance(plain, dict):
            self.failures.append(CheckFailure(here, f"is {type(plain).__name__}, not an object"))
            return item
        old = olds[index] if isinstance(olds, list) and index < len(olds) else None
        completed = self.complete(field.nested, plain, _plain_object(old), here + ".")
        return Secret(completed) if isinstance(item, Secret) else completed


def _sealed(field: Field, value: Value) -> Value:
    """What the type declares secret is so, though the program does not say it."""
    return Secret(value) if field.secret and value is not UNKNOWN and not isinstance(value, Secret) else value


def _plain_object(value: Value) -> Properties | None:
    plain = value.value if isinstance(value, Secret) else value
    return plain if isinstance(plain, dict) else None


def _without_none(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return [item for item in value if item is not None]


def _problem(field: Field, value: Value) -> str:
    """What is wrong with one value, apart from what is inside it; empty if nothing."""
    if field.output:
        return "is set by the workspace alone: leave it out"
    if field.refused:
        return "is not supported by the embedded provider: leave it out, or deploy this stack with the Pulumi CLI"
    if not isinstance(value, _PYTHON[field.kind]) or (isinstance(value, bool) and field.kind in {"integer", "number"}):
        return f"is {type(value).__name__}, not {_WORDS[field.kind]}"
    if field.kind == "integer" and not _whole(value):
        return f"is {value!r}, not a whole number"
    if field.kind == "integers" and isinstance(value, list) and not all(_is_whole(item) for item in value):
        return f"is {value!r}, not a list of whole numbers"
    if field.kind == "flag" and isinstance(value, str) and value not in {"true", "false"}:
        return f"is {value!r}, not true or false"
    if field.choices and value not in field.choices:
        return f"is {value!r}, not one of {', '.join(field.choices)}"
    return ""


def _is_whole(item: Value) -> bool:
    plain = item.value if isinstance(item, Secret) else item
    return plain is UNKNOWN or (isinstance(plain, (int, float, str)) and not isinstance(plain, bool) and _whole(plain))


def _whole(value: Value) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").isdigit()
    return float(value).is_integer()


def _unknown_names(shape: Shape, given: Properties, path: str) -> Iterator[CheckFailure]:
    for name in given:
        if name not in shape:
            likely = difflib.get_close_matches(name, list(shape), n=1)
            meant = f": did you mean {likely[0]!r}?" if likely else ""
            yield CheckFailure(path + name, f"is no property of this type{meant}")


def plain(shape: Shape, inputs: Properties) -> Properties:
    """Checked inputs as a call needs them: no `__defaults`, no secrets' wrapping, scalars of their declared kind."""
    return {name: _plain(shape[name], value) for name, value in inputs.items() if name in shape and value is not None}


def _plain(field: Field, value: Value) -> Value:
    if isinstance(value, Secret):
        return _plain(field, value.value)
    if value is UNKNOWN or value is None:
        return value
    if field.kind == "block":
        return plain(field.nested, value)
    if field.kind == "blocks":
        return [item if item is UNKNOWN else plain(field.nested, _plain_object(item) or {}) for item in value]
    if field.kind in {"texts", "integers"}:
        return [_scalar("text" if field.kind == "texts" else "integer", item) for item in value]
    if field.kind == "mapping":
        return {key: _scalar("text", item) for key, item in value.items()}
    return _scalar(field.kind, value)


def _scalar(kind: Kind, value: Value) -> Value:
    if isinstance(value, Secret):
        return _scalar(kind, value.value)
    if value is UNKNOWN:
        return value
    if kind == "text" and not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else f"{value:.15g}" if isinstance(value, float) else str(value)
    if kind == "integer":
        return int(value)
    if kind == "flag":
        return value in {True, "true"}
    return value
