"""YAML as a tree with positions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.models.document import Node, dotted, locate, read_document
from infra.models.errors import InvalidEnvironment, Position

words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=8)
scalars = words | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=12
)


def read(folder: Path, text: str) -> Node:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return read_document(path, "environments/case.yaml")


def as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_tuples(item) for key, item in value.items()}
    return tuple(as_tuples(item) for item in value) if isinstance(value, list) else value


@given(value=st.dictionaries(words, values, max_size=4))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]) -> None:
    """Whatever text, numbers, booleans, lists and maps a YAML file holds, the tree holds."""
    node = read(tmp_path_factory.mktemp("yaml"), yaml.safe_dump(value, allow_unicode=True))

    assert as_tuples(value) == node.plain()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("-3", -3),
        ("012", "012"),
        ("0x1f", "0x1f"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".inf", ".inf"),
        ("2024-01-31", "2024-01-31"),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_scalars_are_read_as_people_mean_them(tmp_path: Path, text: str, expected: object) -> None:
    """Only true and false are booleans, only decimal digits are numbers; all else is text."""
    found = read(tmp_path, f"key: {text}\n").plain()["key"]

    assert (type(expected), expected) == (type(found), found)


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    """The line of a key is where the key stands, not where its value begins."""
    node = read(tmp_path, "a:\n  # why\n  b:\n    - x\n    - y: {z: 1}\n")

    lines = [locate(node, path).line for path in [(), ("a",), ("a", "b"), ("a", "b", 0), ("a", "b", 1, "y", "z")]]
    assert lines == [1, 1, 3, 4, 5]


def test_what_is_not_there_is_located_at_what_is_around_it(tmp_path: Path) -> None:
    """A missing key has the position of the map that it is missing from."""
    node = read(tmp_path, "a:\n  b:\n    c: 1\n")

    assert Position("environments/case.yaml", 2) == locate(node, ("a", "b", "size"))


def test_paths_are_written_as_people_write_them() -> None:
    """Indexes stand in brackets, keys behind dots."""
    assert dotted(("jobs", "daily", "tasks", 0, "run", 1)) == "jobs.daily.tasks[0].run[1]"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: !secret b\n", 1, "a: the tag !secret means nothing here; leave it out"),
        ("c:\n  <<: {b: 2}\n", 2, "c.<<: merge keys are not read; use `extends`, or write the keys out"),
        ("a: &x\n  b: *x\n", 2, "a.b: contains itself through an anchor; write it out"),
        ("- a\n- b\n", 1, "an environment is a map of keys, such as `extends: base`"),
        ("? [a]\n: 1\n", 1, "a key is one word, not a list or a map"),
        ("a:\n", 1, "a: has no value; give it one, or leave the key out (`null` takes an inherited one away)"),
    ],
)
def test_what_yaml_allows_and_an_environment_does_not(tmp_path: Path, text: str, line: int, message: str) -> None:
    """Tags, merge keys, circles, keys that are no words and keys without a value are refused where they stand."""
    with pytest.raises(InvalidEnvironment) as caught:
        read(tmp_path, text)

    assert str(caught.value) == f"environments/case.yaml:{line}: {message}"


def test_an_anchor_can_be_used_twice(tmp_path: Path) -> None:
    """What an anchor names may stand in several places."""
    assert read(tmp_path, "a: &it {x: 1}\nb: *it\n").plain() == {"a": {"x": 1}, "b": {"x": 1}}


def test_an_empty_file_is_an_empty_map(tmp_path: Path) -> None:
    """A file of comments says nothing, and is no error by itself."""
    assert read(tmp_path, "# nothing yet\n").plain() == {}


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A file in another encoding than UTF-8 is named, not decoded to something else."""
    (tmp_path / "case.yaml").write_bytes("a: größe\n".encode("latin-1"))

    with pytest.raises(InvalidEnvironment, match=r"^environments/case\.yaml:1: is not UTF-8 text"):
        read_document(tmp_path / "case.yaml", "environments/case.yaml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A folder named like a file is told as such."""
    (tmp_path / "case.yaml").mkdir()
    with pytest.raises(InvalidEnvironment, match=r"^environments/case\.yaml:1: cannot be read: Is a directory$"):
        read_document(tmp_path / "case.yaml", "environments/case.yaml")
