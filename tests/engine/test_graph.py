"""Who depends on whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infra.engine.graph import antichains, dependents, knots
from infra.engine.resource import Resource


def resource(number: int, needs: set[int]) -> Resource:
    return Resource(urn=f"u{number}", type="t", custom=True, dependencies=tuple(f"u{need}" for need in sorted(needs)))


@st.composite
def states(draw: st.DrawFn) -> list[Resource]:
    """Sound states: everything depends on what stands before it."""
    size = draw(st.integers(1, 12))
    return [resource(number, draw(st.sets(st.integers(0, number - 1))) if number else set()) for number in range(size)]


@given(states())
def test_deletions_come_in_waves_from_the_leaves(state: list[Resource]) -> None:
    """Everything is deleted once, after all that depends on it, and no later than it must be."""
    waves = antichains(state)
    wave_of = {item.urn: number for number, wave in enumerate(waves) for item in wave}

    assert sorted(item.urn for item in state) == sorted(item.urn for wave in waves for item in wave)
    for item in state:
        users = [wave_of[other.urn] for other in state if item.urn in other.dependencies]
        assert wave_of[item.urn] == max(users, default=-1) + 1


@given(states(), st.data())
def test_dependents_are_all_that_reaches_the_root(state: list[Resource], data: st.DataObject) -> None:
    """Transitively, antecedents first, without the root."""
    root = data.draw(st.sampled_from(state))
    found = dependents(state, root)
    reached = {root.urn, *(item.urn for item in found)}

    assert root not in found
    for item in state:
        if item is not root:
            assert (item in found) == bool(reached & set(item.dependencies))


def test_a_cycle_is_deleted_nevertheless() -> None:
    """A state that contradicts itself must not make a destroy hang."""
    assert [[int(item.urn[1:]) for item in wave] for wave in antichains([resource(0, {1}), resource(1, {0})])] == [[1], [0]]


def test_knots_name_what_is_missing() -> None:
    """A parent that comes later, a dependency that is nowhere, a URN twice."""
    state = [
        Resource(urn="child", type="t", custom=True, parent="mother", dependencies=("nobody",)),
        Resource(urn="mother", type="t", custom=False),
        Resource(urn="mother", type="t", custom=False),
    ]

    assert [(knot.resource, knot.missing, knot.relation) for knot in knots(state)] == [
        ("child", "mother", "parent"),
        ("child", "nobody", "dependency"),
        ("mother", "mother", "duplicate"),
    ]
