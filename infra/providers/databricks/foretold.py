"""A preview's outputs: what an update would store, as far as it is known before it is made. Pure."""

from __future__ import annotations

from infra.engine.values import UNKNOWN, Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.shapes import Field, Shape


def foretold(resource: Resource, olds: Properties, news: Properties) -> Properties:
    """Outputs of a create (`olds` empty) or an update: inputs as they are, what the server decides as it was, else unknown."""
    outputs = _object(resource.shape, olds, news, fresh=not olds)
    if resource.has_own_id:
        outputs["id"] = olds.get("id", UNKNOWN)
    return outputs


def _object(shape: Shape, olds: Properties, news: Properties, *, fresh: bool) -> Properties:
    found = {field.name: _value(field, olds.get(field.name), news.get(field.name), fresh=fresh) for field in shape.fields()}
    return documents.without_nulls(found) if shape.framework else found


def _value(field: Field, old: Value, new: Value, *, fresh: bool) -> Value:
    if new is None:
        if field.computed or field.output:
            return UNKNOWN if fresh else old
        return field.absent
    if new is UNKNOWN:
        return new
    if field.kind == "block":
        return _object(field.nested, old if isinstance(old, dict) else {}, new, fresh=fresh or old is None)
    if field.kind == "blocks":
        return [item if item is UNKNOWN else _object(field.nested, {}, item, fresh=True) for item in new]
    return new
