"""Our declarations against the official provider's schema (data/schema.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.providers.databricks.registry import RESOURCES
from infra.providers.databricks.shapes import Field, Shape

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "schema.json").read_text())
FULL = Path(__file__).parents[3] / "shared" / "data" / "databricks-provider-schema.json"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "databricks-provider.md"
BY_TOKEN: dict[str, dict[str, Any]] = {resource["token"]: resource for resource in SCHEMA["resources"].values()}
KINDS = {"string": "text", "integer": "integer", "boolean": "flag", "number": "number"}
LISTS = {"string": "texts", "integer": "integers"}
#: The official schema does not list them as inputs of a resource: they are only ever set by the server.
ALWAYS = {"id"}

tokens = pytest.mark.parametrize("token", sorted(RESOURCES))


def test_the_committed_schema_is_an_excerpt_of_the_official_one() -> None:
    """What the other tests of this file compare with was copied, not written."""
    if not FULL.is_file():
        pytest.skip(f"{FULL} is not here")
    full = json.loads(FULL.read_text())
    assert {name: full["resources"][name] for name in SCHEMA["resources"]} == SCHEMA["resources"]
    assert {name: full["types"][name] for name in SCHEMA["types"]} == SCHEMA["types"]


def test_the_documentation_names_every_type() -> None:
    """And no other."""
    table = DOCUMENT.read_text().split("## Types")[1].split("## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == {token.rsplit(":", 1)[1] for token in RESOURCES}


@tokens
def test_the_same_properties_can_be_set(token: str) -> None:
    """Names of inputs."""
    shape = RESOURCES[token].shape
    assert set(BY_TOKEN[token]["inputs"]) == {field.name for field in shape.fields() if not field.output}


@tokens
def test_the_same_properties_are_answered(token: str) -> None:
    """Names of what only the server sets."""
    shape = RESOURCES[token].shape
    assert set(BY_TOKEN[token]["outputs"]) - ALWAYS == {field.name for field in shape.fields() if field.output}


@tokens
def test_the_same_inputs_force_a_replacement(token: str) -> None:
    """`willReplaceOnChanges`, of which the schema is silent for types of Terraform's plugin framework."""
    official = {name for name, declared in BY_TOKEN[token]["inputs"].items() if declared.get("willReplaceOnChanges")}
    shape = RESOURCES[token].shape
    assert shape.framework or official == {field.name for field in shape.fields() if field.replaces}


@tokens
def test_the_same_inputs_are_required(token: str) -> None:
    """Names may be left out: they are made up."""
    assert set(BY_TOKEN[token]["required"]) == {field.name for field in RESOURCES[token].shape.fields() if field.required}


@tokens
def test_the_same_properties_are_secret(token: str) -> None:
    """`secret`."""
    declared = BY_TOKEN[token]["inputs"] | BY_TOKEN[token]["outputs"]
    official = {name for name, property in declared.items() if property.get("secret")}
    assert official == {field.name for field in RESOURCES[token].shape.fields() if field.secret}


@tokens
def test_every_kind_and_every_nested_object_is_as_in_the_schema(token: str) -> None:
    """Types, and inside supported objects names, types, what is required, and what forces a replacement."""
    declared = BY_TOKEN[token]["inputs"] | BY_TOKEN[token]["outputs"]
    assert list(_deviations(RESOURCES[token].shape, declared, "")) == []


def _deviations(shape: Shape, declared: dict[str, Any], path: str) -> Iterator[str]:
    for field in shape.fields():
        here = path + field.name
        if field.name not in declared:
            yield f"{here}: not in the schema"
            continue
        official = declared[field.name]
        if field.kind != _kind(official):
            yield f"{here}: {field.kind} instead of {_kind(official)}"
        if field.shape is not None:
            yield from _nested(field, official, here)


def _nested(field: Field, official: dict[str, Any], path: str) -> Iterator[str]:
    reference = official.get("ref") or official["items"]["ref"]
    described = SCHEMA["types"][reference]
    names = set(field.nested)
    if names != set(described["properties"]):
        yield f"{path}: {sorted(names ^ set(described['properties']))}"
    if {inner.name for inner in field.nested.fields() if inner.required} != set(described.get("required", [])):
        yield f"{path}: required is {described.get('required')}"
    yield from _deviations(field.nested, described["properties"], path + ".")


def _kind(official: dict[str, Any]) -> str:
    if "ref" in official:
        return "block"
    if official.get("type") == "array":
        return "blocks" if "ref" in official["items"] else LISTS[official["items"]["type"]]
    return "mapping" if "map" in official else KINDS[official["type"]]
