"""What a report says of the engine's steps."""

from __future__ import annotations

from typing import Any

from infra.engine.events import Operation, StepStarted
from infra.engine.ports import PropertyDiff
from infra.operations.changes import ChangeSet, PropertyChange, ReleaseChange, change_set, path_steps, value_at

SCHEMA = "databricks:index/schema:Schema"
FILE = "databricks:index/workspaceFile:WorkspaceFile"


def step(operation: Operation, name: str, type: str = SCHEMA, **fields: Any) -> StepStarted:
    return StepStarted(operation=operation, urn=f"urn:pulumi:local::shop::{type}::{name}", type=type, name=name, **fields)


def file(operation: Operation, version: str, path: str, content: str) -> StepStarted:
    parent = "lakestead:release:Release$"
    properties = {"path": path, "source": f"../assets/{content}", "md5": "different"}
    urn = f"urn:pulumi:local::shop::{parent}{FILE}::{version}/{path}"
    given: dict[str, Any] = {"new": properties} if operation == "create" else {"old": properties}
    return StepStarted(operation=operation, urn=urn, type=FILE, name=f"{version}/{path}", **given)


def test_what_stays_the_same_is_left_out() -> None:
    assert change_set([step("same", "bronze")], {"same": 1}) == ChangeSet(counts={"same": 1})


def test_a_replacement_is_one_change() -> None:
    events = [step("create-replacement", "bronze"), step("replace", "bronze"), step("delete-replaced", "bronze")]

    assert [change.operation for change in change_set(events, {}).changes] == ["replace"]


def test_an_update_names_its_paths_with_both_values() -> None:
    event = step(
        "update",
        "bronze",
        old={"comment": "raw", "tags": {"a.b": "1"}},
        new={"comment": "raw tables", "tags": {"a.b": "2", "c": "3"}},
        detailed={
            "comment": PropertyDiff("update"),
            'tags["a.b"]': PropertyDiff("update"),
            "tags.c": PropertyDiff("add"),
        },
    )

    assert change_set([event], {}).changes[0].properties == (
        PropertyChange("comment", "update", "raw", "raw tables"),
        PropertyChange("tags.c", "add", None, "3"),
        PropertyChange('tags["a.b"]', "update", "1", "2"),
    )


def test_without_details_the_keys_tell_what_differs() -> None:
    event = step(
        "replace", "bronze", keys=("name", "owner"), replaces=("name",), old={"name": "a"}, new={"name": "b", "owner": "me"}
    )

    assert [(item.path, item.kind) for item in change_set([event], {}).changes[0].properties] == [
        ("name", "update-replace"),
        ("owner", "add"),
    ]


def test_the_files_of_a_release_become_one_line() -> None:
    events = [
        file("create", "bbb", "models/a.sql", "1"),
        file("create", "bbb", "models/b.sql", "3"),
        file("create", "bbb", "models/new.sql", "9"),
        file("delete", "aaa", "models/a.sql", "1"),
        file("delete", "aaa", "models/b.sql", "2"),
        file("delete", "aaa", "models/old.sql", "8"),
        step("update", "streaming", "databricks:index/job:Job"),
    ]

    folded = change_set(events, {})

    assert [change.name for change in folded.changes] == ["streaming"]
    assert folded.release == ReleaseChange(
        before="aaa", after="bbb", files=3, changed=("models/b.sql",), added=("models/new.sql",), removed=("models/old.sql",)
    )


def test_a_first_release_adds_no_single_file() -> None:
    assert change_set([file("create", "aaa", "models/a.sql", "1")], {}).release == ReleaseChange(
        before="", after="aaa", files=1
    )


def test_a_release_that_goes_is_counted_too() -> None:
    folded = change_set([file("delete", "aaa", "models/a.sql", "1"), file("delete", "aaa", "models/b.sql", "1")], {})

    assert folded.release == ReleaseChange(before="aaa", after="", files=2)


def test_a_workspace_file_outside_of_a_release_is_a_change_of_its_own() -> None:
    folded = change_set([step("create", "note", FILE)], {})

    assert (len(folded.changes), folded.release) == (1, None)


def test_a_property_path_is_read_as_pulumi_writes_it() -> None:
    assert path_steps('a.b[0]["c.d"].e') == ["a", "b", 0, "c.d", "e"]
    assert path_steps('["x y"]') == ["x y"]
    assert value_at({"a": [{"b": 1}]}, ["a", 0, "b"]) == 1
    assert value_at({"a": [{"b": 1}]}, ["a", 1, "b"]) is None
