"""Paths into property maps."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine import property_path
from infra.engine.errors import PlanError
from infra.engine.values import Secret


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["b.c"]', ("a", "b.c")),
        ('["a b"].c', ("a b", "c")),
        ("a[*].b", ("a", "*", "b")),
        ("*", ("*",)),
        ("#initerror", ("#initerror",)),
    ],
)
def test_paths_are_read(text: str, expected: property_path.Path) -> None:
    """Names, indices, quoted keys and wildcards."""
    assert expected == property_path.parse(text)


def test_an_unreadable_path_is_refused() -> None:
    """The error names the path and the place."""
    with pytest.raises(PlanError, match=r"'a\[b': cannot be read from character 2"):
        property_path.parse("a[b")


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [("a", "a.b", True), ("a.b", "a", False), ("*", "a.b", True), ("a[*].c", "a[3].c.d", True), ("a[*].c", "a[3].d", False)],
)
def test_a_path_contains_what_is_below_it(outer: str, inner: str, *, expected: bool) -> None:
    """Wildcards stand for any one part."""
    assert expected == property_path.contains(property_path.parse(outer), property_path.parse(inner))


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("a", {"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
        ("a", {"a": 1}, {"b": 3}, {"a": 1, "b": 3}),
        ("a", {}, {"a": 2}, {}),
        ("a.b", {"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, {"a": {"b": 1, "c": 3}}),
        ("a.b", {}, {"c": 1}, {"c": 1}),
        ("a[1]", {"a": [1, 2]}, {"a": [5, 6, 7]}, {"a": [5, 2, 7]}),
        ("a[*].x", {"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 8}, {"x": 9}]}, {"a": [{"x": 1}, {"x": 2}]}),
        ("a", {"a": Secret("s")}, {"a": Secret("t")}, {"a": Secret("s")}),
    ],
)
def test_what_stands_at_a_path_is_reset(path: str, old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]) -> None:
    """Values are put back, added, or removed; the rest stays as it is new."""
    assert expected == property_path.reset(property_path.parse(path), old, new)


def test_a_path_with_no_place_in_the_new_value_is_refused() -> None:
    """An old value cannot be kept where its container is gone."""
    with pytest.raises(PlanError, match="leads to nothing"):
        property_path.reset(("a", "b"), {"a": {"b": 1}}, {})
