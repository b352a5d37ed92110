"""Property maps as protobuf, and requests as goals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import resource_pb2

from infra.engine.errors import PlanError, UnsupportedError
from infra.engine.ports import Timeouts
from infra.engine.resource import Alias
from infra.engine.rpc.goals import goal_of, refuse_unsupported, seconds
from infra.engine.rpc.positions import Positions
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.values import OUTPUT_SIGNATURE, SIGNATURE_KEY, UNKNOWN, Secret

POSITIONS = Positions(Path("/project"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
values = st.dictionaries(st.text(), plain | plain.map(Secret) | st.just(UNKNOWN) | st.just(Secret(UNKNOWN)), max_size=4)


@given(values)
def test_a_property_map_comes_back(properties: dict[str, Any]) -> None:
    """With unknowns and secrets; whole floats as integers."""
    assert properties == from_struct(to_struct(properties))


@pytest.mark.parametrize(
    ("output", "expected"),
    [({"value": 1}, 1), ({}, UNKNOWN), ({"value": "s", "secret": True}, Secret("s")), ({"secret": True}, Secret(UNKNOWN))],
)
def test_output_values_become_what_they_hold(output: dict[str, Any], expected: Any) -> None:
    """Known or not, secret or not."""
    assert {"a": expected} == from_struct(to_struct({"a": {SIGNATURE_KEY: OUTPUT_SIGNATURE, **output}}))


@pytest.mark.parametrize(("text", "expected"), [("", None), ("30m", 1800.0), ("1h30m", 5400.0), ("1.5s", 1.5), ("300ms", 0.3)])
def test_durations_are_read_as_go_writes_them(text: str, expected: float | None) -> None:
    """In seconds."""
    assert seconds(text) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("text", ["soon", "30", "m", "3x", "1h 3m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """With how to write one."""
    with pytest.raises(PlanError, match="write it like 1h30m"):
        seconds(text)


def test_a_request_becomes_a_goal() -> None:
    """Option by option."""
    request = resource_pb2.RegisterResourceRequest(
        type="a:b:C",
        name="x",
        custom=True,
        dependencies=["u2", "u1"],
        deleteBeforeReplaceDefined=True,
        ignoreChanges=["a"],
        retainOnDelete=True,
    )
    request.customTimeouts.create = "10s"
    request.aliases.add().spec.name = "old"
    request.aliases.add().urn = "u0"

    goal = goal_of(request, POSITIONS)

    assert (goal.dependencies, goal.delete_before_replace, goal.timeouts) == (("u1", "u2"), False, Timeouts(create=10.0))
    assert goal.aliases == (Alias(name="old"), Alias(urn="u0"))
    assert (
        goal.ignore_changes,
        goal.retain_on_delete,
        goal_of(resource_pb2.RegisterResourceRequest(), POSITIONS).delete_before_replace,
    ) == (
        ("a",),
        True,
        None,
    )


def test_what_this_engine_cannot_do_is_refused_by_name() -> None:
    """It would be dropped in silence otherwise."""
    with pytest.raises(UnsupportedError, match="a:b:C 'x': remote components"):
        refuse_unsupported(resource_pb2.RegisterResourceRequest(type="a:b:C", name="x", remote=True))


def test_hooks_are_kept_by_their_moments() -> None:
    """Under the names that the state has for them."""
    request = resource_pb2.RegisterResourceRequest(type="a:b:C", name="x")
    request.hooks.before_create.append("hook")

    assert goal_of(request, POSITIONS).hooks == {"BeforeCreate": ("hook",)}


def test_positions_are_relative_to_the_projects_folder() -> None:
    """Outside of it, too; a frame without a file is empty."""
    request = resource_pb2.RegisterResourceRequest(type="a:b:C", name="x")
    request.sourcePosition.uri, request.sourcePosition.line = "file:///project/stacks/my%20main.py", 7
    outer = request.stackTrace.frames.add()
    outer.pc.uri, outer.pc.line, outer.pc.column = "file:///lib/run.py", 3, 2
    request.stackTrace.frames.add()

    goal = goal_of(request, POSITIONS)

    assert goal.source_position == "project:///stacks/my%20main.py#7"
    assert goal.stack_trace == ("project:///../lib/run.py#3,2", "")
