"""Everything that the program registers, held against the official provider's schema, all the way down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stacks.program import Registered

SCHEMA = Path(__file__).parents[3] / "shared" / "data" / "databricks-provider-schema.json"
PLAIN = {"string": str, "boolean": bool, "integer": int | float, "number": int | float}


def unfit(value: Any, described: dict[str, Any], types: dict[str, Any], path: str) -> Iterator[str]:
    """What of `value` the schema does not know, misses, or knows of another type."""
    if isinstance(value, dict) and "1b47061264138c4ac30d75fd1eb44270" in value.values():
        value = value["value"]  # a secret
    if "ref" in described:
        inner = types[described["ref"]]
        yield from (f"{path} has no {key}" for key in set(inner["required"]) - set(value))
        for key, item in value.items():
            if key not in inner["properties"]:
                yield f"{path} knows no {key}"
            else:
                yield from unfit(item, inner["properties"][key], types, f"{path}.{key}")
    elif described.get("type") == "array":
        for index, item in enumerate(value):
            yield from unfit(item, described["items"], types, f"{path}[{index}]")
    elif described.get("type") in PLAIN and not isinstance(value, PLAIN[described["type"]]):
        yield f"{path} is {value!r}, not of type {described['type']}"


@pytest.mark.parametrize("run", ["rich", "working"])
def test_every_input_is_one_of_the_official_provider(run: str, request: pytest.FixtureRequest) -> None:
    """Names, types and required properties, in nested objects too."""
    if not SCHEMA.exists():
        pytest.skip(f"needs {SCHEMA.name}, the official provider's schema, beside the repository")
    schema = json.loads(SCHEMA.read_text())
    resources = {one["token"]: one for one in schema["resources"].values()}
    registered: Registered = request.getfixturevalue(run)
    wrong: list[str] = []
    for one in registered.resources:
        if not one["type"].startswith("databricks:"):
            continue
        described, path = resources[one["type"]], f"{one['type'].rpartition(':')[2]} {one['name']}"
        wrong += [f"{path} has no {key}" for key in set(described["required"]) - set(one["inputs"])]
        for key, item in one["inputs"].items():
            if key in described["inputs"]:
                wrong += unfit(item, described["inputs"][key], schema["types"], f"{path}.{key}")
            else:
                wrong.append(f"{path} knows no {key}")

    assert wrong == []
