"""The environment file as a JSON schema, for editors to complete from and for the reference to be made of."""

from __future__ import annotations

from typing import Any

from infra.models.environment import Environment

_STEERING: dict[str, Any] = {
    "extends": {"type": "string", "description": "Another environment file of this folder, whose keys this one inherits."},
    "template": {"type": "boolean", "description": "Only for others to extend: no environment itself. Not inherited."},
}


def environment_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Nothing is required in it: what a file leaves out may come from the one that it extends."""
    schema: dict[str, Any] = _plain(Environment.model_json_schema())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {**_STEERING, **schema["properties"]},
    }


def editor_schema() -> dict[str, Any]:
    """The same, as editors judge a file by it: any key may be `null`, which takes an inherited one away."""
    return _nullable(environment_schema())


def required_keys() -> dict[str, list[str]]:
    """For each part of an environment, by its name in the schema's `$defs`, the keys that it cannot do without."""
    schema = Environment.model_json_schema()
    parts = {schema["title"]: schema, **schema["$defs"]}
    return {name: part.get("required", []) for name, part in parts.items()}


def _plain(value: Any) -> Any:
    """pydantic's schema without what says nothing to a reader: titles, defaults of nothing, `null` for what is left out."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    choices = [choice for choice in value.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        value = {**{key: item for key, item in value.items() if key != "anyOf"}, **choices[0]}
    return {key: _plain(item) for key, item in value.items() if not _says_nothing(key, item)}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The same with every key of every map maybe null. Keys may be called `properties`: only maps of schemas are walked."""
    found = dict(schema)
    for key in ("properties", "$defs"):
        if key in found:
            maybe = _or_null if key == "properties" else _as_it_is
            found[key] = {name: maybe(_nullable(inner)) for name, inner in found[key].items()}
    for key in ("additionalProperties", "items"):
        if isinstance(found.get(key), dict):
            inner = _nullable(found[key])
            found[key] = _or_null(inner) if key == "additionalProperties" else inner
    if "anyOf" in found:
        found["anyOf"] = [_nullable(inner) for inner in found["anyOf"]]
    return found


def _as_it_is(schema: dict[str, Any]) -> dict[str, Any]:
    return schema


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    told = {key: schema[key] for key in ("description", "default") if key in schema}
    judged = {key: item for key, item in schema.items() if key not in told}
    return {**told, "anyOf": [judged, {"type": "null"}]} if judged else schema


def _says_nothing(key: str, item: Any) -> bool:
    # A property may be called `title` or `required`: then its value is a schema, and it stays.
    if key == "title":
        return isinstance(item, str)
    if key == "required":
        return isinstance(item, list)
    return key == "default" and item in (None, "", {}, [])
