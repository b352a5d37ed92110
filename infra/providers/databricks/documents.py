"""Between Databricks' JSON and Pulumi's properties: a request's body out of inputs, a resource's outputs out of an answer.

Outputs are what the official provider stores, bookkeeping included: `__meta` (schema version, time-outs) and
`__pulumi_raw_state_delta`, the difference between the outputs and Terraform's own state, without which the official provider
cannot take a stack over. The delta names what cannot be guessed from a property: objects that are lists of one (`plu`), lists
(`arr`), maps (`map`), other names (`renamed`), numbers that Pulumi has as text (`num`), numbers too large for a float and nulls
that the state leaves out (`replace`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from infra.engine.values import Properties, Secret, Value, reveal
from infra.providers.databricks.shapes import Field, Shape, snake

Document = dict[str, Any]

DELTA: Final = "__pulumi_raw_state_delta"
META: Final = "__meta"
_EXACT: Final = 2**53


def body(shape: Shape, values: Properties) -> Document:
    """Plain inputs under their API names. What is local or not given is left out."""
    sent: Document = {}
    for name, value in values.items():
        field = shape.get(name)
        if field is None or field.local or field.output or value is None:
            continue
        if field.kind == "block":
            sent[field.api] = body(field.nested, value)
        elif field.kind == "blocks":
            sent[field.api] = [body(field.nested, item) for item in value]
        else:
            sent[field.api] = value
    return sent


def lasting(shape: Shape, values: Properties) -> Properties:
    """Of inputs or stored outputs, what stays where an answer is silent: texts that need not be given, and what has parts.

    Numbers, flags and texts that must be given are taken from the answer in any case, zero if need be.
    """
    scalar = {"integer", "number", "flag"}
    return {
        name: value
        for name, value in values.items()
        if (field := shape.get(name))
        and (field.local or not (field.kind in scalar or (field.kind == "text" and field.required)))
    }


def compact(document: Document) -> Document:
    """A document without what is empty or zero, however deep: so the official provider sends most types."""
    return {key: kept for key, value in document.items() if (kept := _compact(value)) not in (None, "", 0, [])}


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return compact(value)
    return [_compact(item) for item in value] if isinstance(value, list) else value


def properties(shape: Shape, answer: Mapping[str, Any], known: Properties | None = None) -> Properties:
    """Every property of the shape, out of an answer; `known` fills in what is local, or what the answer is silent about."""
    known = known or {}
    found = {field.name: _property(field, answer.get(field.api), known.get(field.name)) for field in shape.fields()}
    return without_nulls(found) if shape.framework else found


def without_nulls(values: Properties) -> Properties:
    """What the state holds of a type of Terraform's plugin framework."""
    return {name: value for name, value in values.items() if value is not None}


def _property(field: Field, value: Any, known: Value) -> Value:
    if value is None or field.local:
        if field.kind == "block" and isinstance(known, dict):
            return properties(field.nested, {}, known)
        return known if known is not None else field.absent
    if field.refused:
        return field.absent
    if field.shape is None:
        return _flat(field, value)
    if field.kind == "block":
        return properties(field.nested, value, known if isinstance(known, dict) else None)
    items = [properties(field.nested, item) for item in (value if isinstance(value, list) else [value])]
    return sorted(items, key=lambda item: str(item[field.key])) if field.sorts else items


def _flat(field: Field, value: Any) -> Value:
    if field.kind in {"texts", "integers"}:
        items = [_number(item) for item in value] if field.kind == "integers" else value
        return sorted(items) if field.unordered else list(items)
    if field.kind == "mapping":
        return dict(value)
    if field.kind in {"integer", "number"}:
        return _number(value)
    return str(value) if field.kind == "text" and not isinstance(value, str) else value


def _number(value: Any) -> Value:
    """A number as state holds it, a float's shortest digits: 8795228253152616203 is kept as 8795228253152616000."""
    number = int(value) if isinstance(value, str) else value
    return int(Decimal(repr(float(number)))) if isinstance(number, int) and abs(number) > _EXACT else number


def delta(shape: Shape, values: Properties) -> Document:
    """The raw state delta of an object's properties."""
    told = _framework_delta if shape.framework else _delta
    inner = {field.name: found for field in shape.fields() if (found := told(field, values.get(field.name))) is not None}
    renamed = {field.name: field.wire for field in shape.fields() if field.wire != snake(field.name)}
    described: Document = {}
    if inner:
        described["ps"] = inner
    if renamed:
        described["renamed"] = renamed
    return {"obj": described}


def _framework_delta(field: Field, value: Value) -> Value:
    if value is None:
        return Secret({"replace": {"raw": [] if field.listed else None}})
    if field.listed:
        return {"plu": {"i": delta(field.nested, reveal(value))}}
    return delta(field.nested, reveal(value)) if field.kind == "block" else _delta(field, value)


def _delta(field: Field, value: Value) -> Value:
    if isinstance(value, Secret):
        return _delta(field, value.value)
    if value is None:
        return {"plu": {"i": {}}} if field.kind == "block" and not field.attribute else None
    if field.kind == "block":
        return {"plu": {"i": delta(field.nested, value)}}
    if field.kind == "blocks":
        items = {str(index): delta(field.nested, item) for index, item in enumerate(value)}
        return {"arr": {"el": items} if items else {}}
    if field.kind in {"texts", "integers"}:
        return {"arr": {}}
    if field.kind == "mapping":
        return {"map": {}}
    if field.numeral:
        return {"num": {}}
    if field.kind == "integer" and abs(value) > _EXACT:
        return Secret({"replace": {"raw": value}})
    return None
