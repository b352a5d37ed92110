"""Protobuf structs to property maps, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf import struct_pb2

from infra.engine import assets
from infra.engine.secrecy import opened
from infra.engine.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    EXACT,
    OUTPUT_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_STRING,
    Properties,
    Secret,
    Value,
)


def from_struct(struct: Any) -> Properties:
    """The property map of a Struct; its top level is never a secret."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: Any) -> Value:
    """The property value of a protobuf Value. Whole numbers become integers, as Pulumi stores them."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text == UNKNOWN_STRING else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < EXACT else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _from_object(value.struct_value)
    return None


def _from_object(struct: Any) -> Value:
    fields = struct.fields
    if SIGNATURE_KEY in fields:
        signature = fields[SIGNATURE_KEY].string_value
        if signature == SECRET_SIGNATURE:
            return Secret(opened(from_value(fields["value"])))
        if signature == OUTPUT_SIGNATURE:
            inner = from_value(fields["value"]) if "value" in fields else UNKNOWN
            secret = "secret" in fields and fields["secret"].bool_value
            return Secret(opened(inner)) if secret else inner
        if signature in {ASSET_SIGNATURE, ARCHIVE_SIGNATURE}:
            return assets.hashed({key: from_value(item) for key, item in fields.items()})
    return {key: from_value(item) for key, item in fields.items()}


def dependencies_of(value: Any) -> set[str]:
    """The URNs that the output values in a protobuf Value depend on, at any depth."""
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return set[str]().union(*map(dependencies_of, value.list_value.values))
    if kind != "struct_value":
        return set()
    fields = value.struct_value.fields
    found = set[str]().union(*map(dependencies_of, fields.values()))
    if SIGNATURE_KEY in fields and fields[SIGNATURE_KEY].string_value == OUTPUT_SIGNATURE:
        found |= {item.string_value for item in fields["dependencies"].list_value.values}
    return found


def with_dependencies(value: Any, urns: Iterable[str]) -> None:
    """Make a protobuf Value an output value that depends on `urns`, too."""
    names = sorted({*urns, *dependencies_of(value)})
    if not names:
        return
    content = struct_pb2.Value()
    content.CopyFrom(value)
    value.Clear()
    fields = value.struct_value.fields
    fields[SIGNATURE_KEY].string_value = OUTPUT_SIGNATURE
    inner = content.struct_value.fields if content.WhichOneof("kind") == "struct_value" else {}
    signature = inner[SIGNATURE_KEY].string_value if SIGNATURE_KEY in inner else ""
    if signature == OUTPUT_SIGNATURE:
        value.CopyFrom(content)
    elif signature == SECRET_SIGNATURE:
        fields["secret"].bool_value = True
        content = inner["value"]
    if signature != OUTPUT_SIGNATURE and content.string_value != UNKNOWN_STRING:
        fields["value"].CopyFrom(content)
    fields["dependencies"].list_value.Clear()
    for name in names:
        fields["dependencies"].list_value.values.add().string_value = name


def to_struct(properties: Properties, into: Any = None) -> Any:
    """A Struct of a property map; `into` is filled if given."""
    struct = struct_pb2.Struct() if into is None else into
    struct.SetInParent()
    for key, value in properties.items():
        _set(struct.fields[key], value)
    return struct


def _set(target: Any, value: Value) -> None:
    if value is None:
        target.null_value = 0
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_STRING
    elif isinstance(value, Secret):
        target.struct_value.fields[SIGNATURE_KEY].string_value = SECRET_SIGNATURE
        _set(target.struct_value.fields["value"], value.value)
    elif isinstance(value, dict):
        to_struct(value, target.struct_value)
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for item in value:
            _set(target.list_value.values.add(), item)
    else:
        raise TypeError(f"{type(value).__name__} is no property value")
