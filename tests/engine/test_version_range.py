"""Ranges of versions."""

from __future__ import annotations

import pytest

from infra.engine.errors import PlanError
from infra.engine.version_range import holds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=3.0.0", True),
        (">=3.5.0 <4.0.0", True),
        (">=3.5.0 !3.259.0", False),
        ("<3.4.0 || >3.8.0", True),
        ("3.259.0", True),
        ("!=3.259.0", False),
        (">3.259.0", False),
        ("<=3.259.0", True),
    ],
)
def test_a_version_lies_in_a_range_or_not(text: str, *, expected: bool) -> None:
    """All conditions of one alternative must hold."""
    assert expected == holds(text, (3, 259, 0))


@pytest.mark.parametrize("text", ["", "new", ">=3", ">=3.0.0 ||", ">=3.0.0 and"])
def test_what_is_no_range_is_refused(text: str) -> None:
    """With how to write one."""
    with pytest.raises(PlanError, match="write it like"):
        holds(text, (3, 259, 0))
