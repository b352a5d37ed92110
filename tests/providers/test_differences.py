"""What counts as a change, how it is named, and when it needs a new resource."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.ports import DiffResult
from infra.engine.values import UNKNOWN, Secret
from infra.providers.databricks.differences import ignored
from tests.providers.scripted import Script, provider_on, subject

PROVIDER = provider_on(Script({}))
SCHEMA = {"catalogName": "main", "name": "bronze", "comment": None, "properties": None, "owner": "me", "id": "main.bronze"}


def diff(kind: str, olds: dict[str, Any], news: dict[str, Any], id: str = "1") -> DiffResult:
    checked = PROVIDER.check(subject(kind), None, news)
    assert checked.failures == ()
    return PROVIDER.diff(subject(kind), id, {}, olds, checked.inputs)


def kinds(found: DiffResult) -> dict[str, str]:
    return {path: shown.kind for path, shown in (found.detailed or {}).items()}


def schema_diff(news: dict[str, Any], **olds: Any) -> dict[str, str]:
    return kinds(diff("Schema", SCHEMA | olds, {"catalogName": "main", "name": "bronze"} | news))


def test_what_is_added_changed_and_removed_has_its_own_kind() -> None:
    """Top-level properties and a map's keys."""
    assert schema_diff({"comment": "x"}) == {"comment": "add"}
    assert schema_diff({"comment": "x"}, comment="y") == {"comment": "update"}
    assert schema_diff({}, comment="y") == {"comment": "delete"}
    assert schema_diff({"properties": {"a": "1", "b.c": "2"}}, properties={"a": "0", "d": "3"}) == {
        "properties.a": "update",
        'properties["b.c"]': "add",
        "properties.d": "delete",
    }
    assert schema_diff({"properties": {"a": "1"}}) == {"properties": "add"}


def test_what_the_server_fills_in_is_no_difference() -> None:
    """An owner that the program does not name; but one that it names is."""
    assert schema_diff({}) == {}
    assert schema_diff({"owner": "you"}) == {"owner": "update"}


def test_an_empty_value_is_the_same_as_none() -> None:
    """The server drops empty strings, maps and false flags."""
    assert schema_diff({"comment": "", "properties": {}, "forceDestroy": False}) == {}


def test_an_unknown_value_is_a_difference() -> None:
    """It may turn out to be the old one, but who knows."""
    assert schema_diff({"comment": UNKNOWN}, comment="x") == {"comment": "update"}
    found = diff("Schema", SCHEMA, {"catalogName": UNKNOWN, "name": "bronze"}, "main.bronze")
    assert (found.replaces, kinds(found)) == (("catalogName",), {"catalogName": "update-replace"})


def test_secrets_are_compared_by_what_they_hold() -> None:
    """On either side."""
    assert schema_diff({"comment": Secret("x")}, comment=Secret("x")) == {}
    assert schema_diff({"comment": Secret("x")}, comment="y") == {"comment": "update"}


def test_a_replacement_under_an_explicit_name_deletes_first() -> None:
    """Two schemas of one name cannot stand side by side; under a made-up name the new one stands first."""
    named = diff("Schema", SCHEMA, {"catalogName": "other", "name": "bronze"}, "main.bronze")
    assert (named.delete_before_replace, named.replaces) == (True, ("catalogName",))
    unnamed = diff("Schema", SCHEMA, {"catalogName": "other"}, "main.bronze")
    assert not unnamed.delete_before_replace


def test_a_replacement_with_the_same_id_deletes_first() -> None:
    """To delete the old one last would delete the new one."""
    olds = {"scope": "dbt", "principal": "p", "permission": "READ", "id": "dbt|||p"}
    found = diff("SecretAcl", olds, {"scope": "dbt", "principal": "p", "permission": "WRITE"}, "dbt|||p")
    assert (found.delete_before_replace, found.replaces) == (True, ("permission",))
    moved = diff("SecretAcl", olds, {"scope": "dbt", "principal": "q", "permission": "READ"}, "dbt|||p")
    assert not moved.delete_before_replace


def test_privileges_are_a_set() -> None:
    """Their order is no difference; additions are numbered as the program has them."""
    olds = {"catalog": "main", "principal": "p", "privileges": ["SELECT", "USE_CATALOG"], "id": "catalog/main/p"}
    same = {"catalog": "main", "principal": "p", "privileges": ["USE_CATALOG", "SELECT"]}
    assert kinds(diff("Grant", olds, same)) == {}
    more = same | {"privileges": ["USE_CATALOG", "MODIFY"]}
    assert kinds(diff("Grant", olds, more)) == {"privileges[1]": "add", "privileges[0]": "delete"}


def test_grants_and_access_controls_are_sets() -> None:
    """One of them changed is the set updated."""
    olds = {"schema": "a.b", "grants": [{"principal": "p", "privileges": ["A", "B"]}, {"principal": "q", "privileges": ["C"]}]}
    same = {"schema": "a.b", "grants": [{"principal": "q", "privileges": ["C"]}, {"principal": "p", "privileges": ["B", "A"]}]}
    assert kinds(diff("Grants", olds, same)) == {}
    assert kinds(diff("Grants", olds, {"schema": "a.b", "grants": same["grants"][:1]})) == {"grants": "update"}
    held = [{"groupName": "g", "permissionLevel": "CAN_VIEW", "userName": "", "servicePrincipalName": ""}]
    controls = [{"groupName": "g", "permissionLevel": "CAN_VIEW"}]
    assert kinds(diff("Permissions", {"jobId": "1", "accessControls": held}, {"jobId": "1", "accessControls": controls})) == {}


def task(key: str, *commands: str) -> dict[str, Any]:
    return {"taskKey": key, "dbtTask": {"commands": list(commands)}}


def test_tasks_are_told_apart_by_their_keys() -> None:
    """Their order is no difference, and a task in the middle does not shift the others."""
    tasks = [task("a", "dbt run"), task("c", "dbt test")]
    stored = [one | {"dbtTask": one["dbtTask"] | {"schema": "default"}, "runIf": "ALL_SUCCESS"} for one in tasks]
    olds = {"name": "j", "tasks": stored, "maxConcurrentRuns": 1}
    assert kinds(diff("Job", olds, {"name": "j", "tasks": [task("c", "dbt test"), task("a", "dbt run")]})) == {}
    between = {"name": "j", "tasks": [task("a", "dbt run"), task("b", "dbt seed"), task("c", "dbt test", "dbt docs")]}
    assert kinds(diff("Job", olds, between)) == {"tasks[1]": "add", "tasks[2].dbtTask.commands[1]": "add"}
    assert kinds(diff("Job", olds, {"name": "j", "tasks": [task("c", "dbt test")]})) == {"tasks[0]": "delete"}


def test_an_edited_source_file_is_a_difference(tmp_path: Any) -> None:
    """Found by its content, though the path in the program is the same."""
    source = tmp_path / "a.sql"
    source.write_text("select 1")
    olds = {"path": "/a.sql", "source": str(source), "md5": "95adb6e77a0884d9e50232cb8c5c969d", "objectId": 1}
    assert kinds(diff("WorkspaceFile", olds, {"path": "/a.sql", "source": str(source)})) == {}
    source.write_text("select 2")
    assert kinds(diff("WorkspaceFile", olds, {"path": "/a.sql", "source": str(source)})) == {"md5": "update"}


@pytest.mark.parametrize(
    ("pattern", "path", "is_ignored"),
    [
        ("tags", "tags", True),
        ("tags", "tags[0].value", True),
        ("tags[*].value", 'tags["a"].value', True),
        ("tags[*].value", "tags[0].key", False),
        ("tag", "tags", False),
        ("a.b", "a.bc", False),
        ("*", "anything.at.all", True),
    ],
)
def test_what_the_program_ignores_is_no_difference(pattern: str, path: str, is_ignored: bool) -> None:
    """A path, and all below it; also where the state has what the program never said."""
    assert ignored(path, (pattern,)) is is_ignored
