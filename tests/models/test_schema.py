"""What is generated from the models is current, and is true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.models.schema import editor_schema
from scripts.reference import ROOT, generated

jsonschema: Any = pytest.importorskip("jsonschema")
INVALID = ROOT / "tests" / "acceptance" / "invalid"


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_generated_files_are_current(path: Path) -> None:
    """`python -m scripts.reference` writes them."""
    assert path.read_text(encoding="utf-8") == generated()[path]


@pytest.mark.parametrize("path", sorted((ROOT / "environments").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_takes_every_environment_of_the_project(path: Path) -> None:
    """An editor underlines nothing that is right."""
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), editor_schema())


@pytest.mark.parametrize("case", ["unknown_key", "unknown_size", "unknown_section", "text_for_a_list", "text_for_a_number"])
def test_the_schema_refuses_what_an_editor_can_see(case: str) -> None:
    """Unknown keys, wrong types and unknown choices are underlined while they are written."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load((INVALID / f"{case}.yaml").read_text(encoding="utf-8")), editor_schema())


def test_the_schema_is_a_schema() -> None:
    """By its own rules."""
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(editor_schema())))
