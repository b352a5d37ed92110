"""Operations about some resources only: `--target`, `--exclude`, `--replace`."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.graph import in_order, knots
from infra.engine.resource import Resource
from infra.engine.targets import Patterns
from tests.engine.bench import Bench

TREE = """
import os
size = int(os.environ.get("SIZE", "1"))
a = Thing("a", name="a", size=size)
b = Thing("b", up=a.serial, size=size)
c = Thing("c", size=size)
"""
A, B, C = (f"urn:pulumi:dev::bench::test:index:Thing::{name}" for name in "abc")
SIZE_2: dict[str, Any] = {"environment": {"SIZE": "2"}}


def sizes(bench: Bench) -> dict[str, int]:
    return {name: thing["size"] for name, thing in bench.cloud.things().items()}


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [(A, [A]), ("**a", [A]), ("urn:*::bench::test:index:Thing::*", []), ("urn:**Thing::*", [A, B, C]), ("*", [])],
)
def test_patterns(pattern: str, matched: list[str]) -> None:
    """`*` ends at a colon, `**` does not."""
    assert matched == [urn for urn in (A, B, C) if Patterns((pattern,)).match(urn)]


def test_only_targets_are_updated(bench: Bench) -> None:
    """The others stay as they are, in the world and in the state; the next update makes up for it."""
    bench.up(TREE)
    result = bench.up(targets=(A,), **SIZE_2)

    assert (result.changes, sizes(bench)) == ({"same": 3, "update": 1}, {"a": 2, "b": 1, "c": 1})
    assert bench.up(**SIZE_2).changes == {"same": 2, "update": 2}


def test_dependents_come_along_if_asked(bench: Bench) -> None:
    """Whatever names a target, directly or not."""
    bench.up(TREE)
    bench.up(targets=(A,), target_dependents=True, **SIZE_2)

    assert sizes(bench) == {"a": 2, "b": 2, "c": 1}


def test_exclusion_is_the_opposite(bench: Bench) -> None:
    """With dependents or without."""
    bench.up(TREE)
    bench.up(excludes=(A,), **SIZE_2)
    assert sizes(bench) == {"a": 1, "b": 2, "c": 2}

    bench.up(excludes=("**::a",), exclude_dependents=True, environment={"SIZE": "3"})
    assert sizes(bench) == {"a": 1, "b": 2, "c": 3}


def test_what_nobody_asked_for_is_not_made(bench: Bench) -> None:
    """And what needs it is refused."""
    assert bench.up(TREE, targets=(C,)).changes == {"create": 2, "same": 2}
    assert list(bench.cloud.things()) == ["c"]

    result = bench.up(targets=(B,))
    assert result.error is not None
    assert f"Resource '{B}' depends on '{A}' which was not specified in --target list" in result.error
    assert list(bench.cloud.things()) == ["c"]


def test_an_unknown_target_is_an_error(bench: Bench) -> None:
    """Named, with the shell's trap."""
    bench.up(TREE)
    result = bench.destroy(targets=("urn:pulumi:dev::bench::test:index:Thing::z",))

    assert (result.succeeded, sorted(bench.cloud.things())) == (False, ["a", "b", "c"])
    assert result.error is not None
    assert "could not be found in the stack. Did you forget to escape $ in your shell?" in result.error


def test_destroy_of_targets_takes_dependents_only_if_asked(bench: Bench) -> None:
    """What would have to go along is named."""
    bench.up(TREE)
    refused = bench.destroy(targets=(A,))
    assert refused.error is not None
    assert f"Resource '{B}' will be destroyed but was not specified" in refused.error
    assert sorted(bench.cloud.things()) == ["a", "b", "c"]

    assert bench.destroy(targets=(A,), target_dependents=True).changes == {"delete": 2, "same": 2}
    assert (list(bench.cloud.things()), bench.up(TREE).changes) == (["c"], {"create": 2, "same": 2})


def test_destroy_but_for_the_excluded_keeps_what_they_need(bench: Bench) -> None:
    """`b` needs `a` and the stack."""
    bench.up(TREE)

    assert bench.destroy(excludes=(B,)).changes == {"delete": 1, "same": 3}
    assert (sorted(bench.cloud.things()), sorted(bench.state())) == (["a", "b"], ["a", "b", "bench-dev", "default"])


def test_replacement_on_demand(bench: Bench) -> None:
    """Although nothing differs; a preview gives `id` as the reason."""
    bench.up(TREE)
    steps = bench.preview(replaces=(C,)).digest["steps"]

    assert [step["replaceReasons"] for step in steps if step["urn"] == C] == [["id"]]
    assert bench.up(replaces=(C,)).changes == {"replace": 1, "same": 3}
    assert [call[:2] for call in bench.cloud.calls()][-2:] == [["create", "c"], ["delete", "c"]]


def test_refresh_of_targets_looks_at_them_alone(bench: Bench) -> None:
    """One read."""
    bench.up(TREE)
    result = bench.run("refresh", targets=(C,))

    assert result.changes == {"same": 1}
    assert [call[:2] for call in bench.cloud.calls() if call[0] == "read"] == [["read", "c"]]


def test_a_kept_resource_stands_behind_what_it_needs(bench: Bench) -> None:
    """Also where the program no longer registers what it needs."""
    bench.up(TREE)
    bench.up('Thing("b", size=1)\nThing("c", size=2)', targets=(C,))

    assert knots(bench.backend.load("x").resources) == []
    assert sizes(bench) == {"a": 1, "b": 1, "c": 2}


def test_order_is_mended_and_else_left() -> None:
    """A sound order stays, and a cycle comes through whole."""
    first = Resource(urn="a", type="t", custom=True)
    second = Resource(urn="b", type="t", custom=True, dependencies=("a",))
    looped = Resource(urn="c", type="t", custom=True, dependencies=("c", "b"))

    assert in_order([first, second, looped]) == [first, second, looped]
    assert in_order([looped, second, first]) == [first, second, looped]
