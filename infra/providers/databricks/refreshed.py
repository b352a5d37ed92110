"""Inputs out of a resource as it is now: as a program would have to write them to get it. Pure.

For a resource of the state, the properties of its inputs, with today's values; order and spelling of the old input are kept
where it means the same (sets, keyed lists). For an import, every property that is set and that is a program's to choose.
"""

from __future__ import annotations

from infra.engine.values import Properties, Secret, Value, reveal
from infra.providers.databricks.differences import differences, empty
from infra.providers.databricks.inputs import DEFAULTS, plain
from infra.providers.databricks.shapes import AUTO_NAME, Field, Shape


def refreshed_inputs(shape: Shape, inputs: Properties, outputs: Properties) -> Properties:
    """Inputs after a refresh (`inputs` are the old ones) or for an import (they are empty)."""
    if not inputs:
        return imported_inputs(shape, outputs)
    fresh: Properties = {}
    for name, old in inputs.items():
        field, now = shape.get(name), outputs.get(name)
        if field is None:
            if name != DEFAULTS:
                fresh[name] = old
        elif _same(field, old, reveal(now)):
            fresh[name] = _bare(old)
        elif now is not None:
            value = _narrowed(field, _bare(old), now)
            fresh[name] = Secret(reveal(value)) if isinstance(old, Secret) else value
    return fresh


def _same(field: Field, old: Value, now: Value) -> bool:
    known = plain(Shape(field), {field.name: old})
    return not list(differences(Shape(field), {field.name: now}, known))


def _narrowed(field: Field, old: Value, now: Value) -> Value:
    """Today's value, of an object only the properties that the old input had."""
    if isinstance(old, Secret):
        return now
    if field.kind == "block" and isinstance(old, dict) and isinstance(now, dict):
        return refreshed_inputs(field.nested, old, now) if old else now
    if field.kind == "blocks" and isinstance(now, list):
        return [imported_inputs(field.nested, item) for item in now]
    return now


def _bare(value: Value) -> Value:
    """A value without `__defaults`, which the official provider drops in a refresh too."""
    if isinstance(value, Secret):
        return Secret(_bare(value.value))
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key != DEFAULTS}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def imported_inputs(shape: Shape, outputs: Properties) -> Properties:
    """The inputs of what no program has described yet."""
    inputs: Properties = {}
    for field in shape.fields():
        value: Value = outputs.get(field.name)
        if field.output or field.derived or field.local or value == field.usual or _unsaid(field, value):
            continue
        if field.kind == "block":
            inputs[field.name] = imported_inputs(field.nested, value)
        elif field.kind == "blocks":
            inputs[field.name] = [imported_inputs(field.nested, item) for item in value]
        else:
            inputs[field.name] = value
    if not shape.framework:
        inputs[DEFAULTS] = []
    return inputs


def _unsaid(field: Field, value: Value) -> bool:
    """Whether leaving the property out says the same: it is empty, and no default would stand in its place."""
    if value is None:
        return True
    return empty(value) and not field.required and (field.default in (None, value) or field.default is AUTO_NAME)
