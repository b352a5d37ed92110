"""Decisions, without a program or a provider."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.engine.errors import PlanError
from infra.engine.planner import Planner, with_replacements
from infra.engine.ports import DiffResult, PropertyDiff
from infra.engine.resource import Alias, Goal, Resource
from infra.engine.values import UNKNOWN, Properties

SAME = DiffResult(changes=False)
UPDATE = DiffResult(changes=True, keys=("size",))
REPLACE = DiffResult(changes=True, keys=("name",), replaces=("name",))
FIRST_DELETE = replace(REPLACE, delete_before_replace=True)
PREFIX = "urn:pulumi:dev::shop::a:b:C::"


def record(name: str, **fields: object) -> Resource:
    return Resource(urn=f"{PREFIX}{name}", type="a:b:C", custom=True, id=name, **fields)  # type: ignore[arg-type]


def goal(name: str, **fields: object) -> Goal:
    return Goal(type="a:b:C", name=name, custom=True, properties={}, **fields)  # type: ignore[arg-type]


def planner(*base: Resource) -> Planner:
    return Planner("dev", "shop", base, lambda old, inputs: REPLACE if UNKNOWN in inputs.values() else SAME)


def operations(base: list[Resource], wanted: Goal, diff: DiffResult | None = None) -> list[tuple[str, str]]:
    deciding = planner(*base)
    urn, old = deciding.claim(wanted.parent, wanted.type, wanted.name, wanted.aliases)
    new = Resource(urn=urn, type=wanted.type, custom=True, protect=bool(wanted.protect))
    steps = deciding.plan(wanted, old, new, diff)
    return [(step.operation, (getattr(step, "new", None) and step.new.name) or step.old.name) for step in steps]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("old", "diff", "expected"),
    [
        (None, None, ["create"]),
        (record("x"), SAME, ["same"]),
        (record("x"), UPDATE, ["update"]),
        (record("x", init_errors=("half",)), SAME, ["update"]),
        (record("x"), REPLACE, ["create-replacement", "replace"]),
        (record("x"), FIRST_DELETE, ["delete-replaced", "replace", "create-replacement"]),
        (record("x", pending_replacement=True), None, ["replace", "create-replacement"]),
        (record("x", external=True), None, ["create-replacement", "replace"]),
    ],
)
def test_what_is_and_what_differs_decide(old: Resource | None, diff: DiffResult | None, expected: list[str]) -> None:
    """One row per case of Pulumi's step generator."""
    assert expected == [operation for operation, _ in operations([old] if old else [], goal("x"), diff)]


def test_a_delete_first_sweeps_along_what_must_follow() -> None:
    """In reverse order of dependency; what only stands behind it stays."""
    base = [
        record("x"),
        record("y", inputs={"home": "x"}, dependencies=(f"{PREFIX}x",), property_dependencies={"home": (f"{PREFIX}x",)}),
        record("z", inputs={"home": "y"}, dependencies=(f"{PREFIX}y",), property_dependencies={"home": (f"{PREFIX}y",)}),
        record("w", dependencies=(f"{PREFIX}x",)),
    ]

    assert operations(base, goal("x"), FIRST_DELETE) == [
        ("delete-replaced", "z"),
        ("delete-replaced", "y"),
        ("delete-replaced", "x"),
        ("replace", "x"),
        ("create-replacement", "x"),
    ]


def test_what_is_swept_along_may_not_be_protected() -> None:
    """The error names both."""
    base = [
        record("x"),
        record("y", inputs={"h": 1}, property_dependencies={"h": (f"{PREFIX}x",)}, dependencies=(f"{PREFIX}x",)),
    ]
    base[1] = replace(base[1], protect=True)

    with pytest.raises(PlanError, match=r'C::y" as part of replacing .*C::x"'):
        operations(base, goal("x"), FIRST_DELETE)


def test_a_parent_comes_before_its_children() -> None:
    """One that is not registered is refused."""
    with pytest.raises(PlanError, match="could not find parent"):
        planner().claim(f"{PREFIX}nobody", "a:b:C", "x")


def test_two_may_not_claim_one_record() -> None:
    """Neither by an alias twice, nor by an alias to a name that is in use."""
    deciding = planner(record("old"), record("used"))
    deciding.claim("", "a:b:C", "one", [Alias(name="old")])
    with pytest.raises(PlanError, match="conflicting"):
        deciding.claim("", "a:b:C", "two", [Alias(name="old")])
    deciding.claim("", "a:b:C", "used")
    with pytest.raises(PlanError, match="conflicting"):
        deciding.claim("", "a:b:C", "three", [Alias(name="used")])


def test_deletes_are_refused_before_any_if_one_is_protected() -> None:
    """All protected ones are named at once."""
    with pytest.raises(PlanError, match=r'(?s)C::a" cannot be deleted\n.*C::b" cannot be deleted\n'):
        planner().plan_deletes([record("a", protect=True), record("b", protect=True), record("c")])


def test_what_was_replaced_may_be_protected_and_goes_nevertheless() -> None:
    """Its replacement has taken its place."""
    ((step,),) = planner().plan_deletes([record("a", protect=True, delete=True)])

    assert step.operation == "delete-replaced"


@given(
    keys=st.sets(st.sampled_from("abc"), min_size=1),
    replaces=st.sets(st.sampled_from("abc")),
    forced=st.sets(st.sampled_from(["a", "b", "c", "*"])),
)
def test_replace_on_changes_only_adds_reasons(keys: set[str], replaces: set[str], forced: set[str]) -> None:
    """What changed at a named path forces a replacement; nothing else does that did not before."""
    before = DiffResult(
        changes=True,
        keys=tuple(sorted(keys)),
        replaces=tuple(sorted(replaces & keys)),
        detailed={key: PropertyDiff("update") for key in sorted(keys)},
    )
    after = with_replacements(before, sorted(forced), ())
    expected = (replaces & keys) | (keys if "*" in forced else keys & forced)

    assert set(after.replaces) == expected
    assert after.keys == before.keys


def test_inputs_are_not_touched_by_planning() -> None:
    """Records are shared between what was and what will be."""
    inputs: Properties = {"home": "x"}
    base = [
        record("x"),
        record("y", inputs=inputs, property_dependencies={"home": (f"{PREFIX}x",)}, dependencies=(f"{PREFIX}x",)),
    ]
    operations(base, goal("x"), FIRST_DELETE)

    assert inputs == {"home": "x"}
