"""What a job may be, what is filled in, how an update merges."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.emulator.errors import BadRequest, InvalidParameter
from infra.emulator.jobs.job_settings import completed, merged


def dbt_task(key: str = "bronze", **changes: Any) -> dict[str, Any]:
    task: dict[str, Any] = {
        "task_key": key,
        "environment_key": "dbt",
        "dbt_task": {"commands": ["dbt run"], "project_directory": "/Shared/p", "warehouse_id": "w", "catalog": "main"},
    }
    changed = {**task, **changes}
    return {name: value for name, value in changed.items() if value is not None}


def job(*tasks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    environments = [{"environment_key": "dbt", "spec": {"environment_version": "2"}}]
    return {"name": "streaming", "environments": environments, "tasks": list(tasks), **changes}


def with_dbt(**changes: Any) -> dict[str, Any]:
    task = {**dbt_task()["dbt_task"], **changes}
    return dbt_task(dbt_task={name: value for name, value in task.items() if value is not None})


def test_defaults_are_filled_in_for_the_job_and_each_task() -> None:
    settings = completed({"tasks": [], **job(dbt_task(run_if="ALL_DONE"))} | {"name": None})
    task = settings["tasks"][0]
    assert {
        name: settings[name]
        for name in (
            "name", "format", "max_concurrent_runs", "timeout_seconds", "email_notifications", "webhook_notifications",
        )
    } == {
        "name": "Untitled",
        "format": "MULTI_TASK",
        "max_concurrent_runs": 1,
        "timeout_seconds": 0,
        "email_notifications": {},
        "webhook_notifications": {},
    }  # fmt: skip
    assert (task["run_if"], task["timeout_seconds"], task["email_notifications"]) == ("ALL_DONE", 0, {})


def test_a_schedule_is_unpaused_unless_it_says_otherwise() -> None:
    schedule = {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"}
    assert completed(job(schedule=schedule))["schedule"]["pause_status"] == "UNPAUSED"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (job(dbt_task(environment_key=None)), "Task 'bronze' has no compute: a dbt_task needs an environment_key"),
        (job(dbt_task(environment_key="x")), "environment_key 'x' is not defined in environments \\(there: dbt\\)"),
        (job(dbt_task(environment_key=None, job_cluster_key="c")), "job_cluster_key 'c' is not defined in job_clusters"),
        (job(dbt_task(existing_cluster_id="c")), "may have only one of environment_key, existing_cluster_id"),
        (job(dbt_task(libraries=[{"pypi": {"package": "x"}}])), "libraries are not supported for serverless tasks"),
        (job(dbt_task(), dbt_task()), "Duplicate task_key 'bronze' in tasks"),
        (job(dbt_task("a b")), "task_key 'a b' may have"),
        (job({"task_key": "a"}), "must have exactly one task type"),
        (job(dbt_task(sql_task={"warehouse_id": "w", "query": {"query_id": "q"}})), "must have exactly one task type"),
        (job(dbt_task(depends_on=[{"task_key": "x"}])), "depends on 'x', which is not a task"),
        (job(dbt_task(depends_on=[{"task_key": "bronze"}])), "in a cycle: bronze"),
        (job(dbt_task(run_if="SOMETIMES")), "run_if must be one of ALL_SUCCESS"),
        (job(dbt_task(max_retries=-2)), "Task 'bronze': max_retries must be an integer from -1"),
        (job(with_dbt(commands=[])), "1 to 10 commands"),
        (job(with_dbt(commands=["dbt run"] * 11)), "1 to 10 commands"),
        (job(with_dbt(commands=["rm -rf /"])), "all commands must start with 'dbt', got 'rm -rf /'"),
        (job(with_dbt(commands=["dbt run --vars '{a: 1"])), "cannot parse the command"),
        (job(with_dbt(project_directory=None)), "project_directory must be an absolute workspace path"),
        (job(with_dbt(source="GIT")), "source is GIT, but the job has no git_source"),
        (job(with_dbt(warehouse_id=None)), "catalog can only be set together with warehouse_id"),
        (job(with_dbt(profiles_directory="x")), "profiles_directory can only be set without warehouse_id"),
        (job({"task_key": "q", "sql_task": {"query": {"query_id": "1"}}}), "sql_task needs a warehouse_id"),
        (job(max_concurrent_runs=1001), "max_concurrent_runs must be an integer from 0 to 1000"),
        (job(schedule={"timezone_id": "UTC"}), "Missing required field: schedule.quartz_cron_expression"),
        (job(schedule={"quartz_cron_expression": "x", "timezone_id": "UTC"}), "Invalid quartz_cron_expression"),
        (job(continuous={"pause_status": "MAYBE"}), "continuous.pause_status must be PAUSED or UNPAUSED"),
        (job(continuous={"pause_status": "PAUSED"}, trigger={"pause_status": "PAUSED"}), "continuous and trigger"),
        (job(run_as={}), "run_as must have exactly one of"),
        (job(run_as={"group_name": "g"}), "run_as.group_name is not supported"),
        (job(environments=[{"environment_key": "a"}, {"environment_key": "a"}]), "Duplicate environment_key 'a'"),
        (job(parameters=[{"default": "1"}]), "Every entry of parameters needs a name"),
    ],
)
def test_what_databricks_refuses_is_refused_by_name(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidParameter, match=problem):
        completed(settings)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (job(dbt_task(timeout_seconds="1")), "tasks\\[0\\].timeout_seconds must be an integer, got '1'"),
        (job(tasks="x"), "tasks must be a list, got 'x'"),
        (job(tasks=[None]), "tasks\\[0\\] is null"),
        (job(with_dbt(commands="dbt run")), "tasks\\[0\\].dbt_task.commands must be a list"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_place(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadRequest, match=problem) as refused:
        completed(given)
    assert refused.value.code == "MALFORMED_REQUEST"


def test_an_update_replaces_fields_and_merges_lists_by_key() -> None:
    old = {"name": "a", "tags": {"x": "1"}, "tasks": [{"task_key": "a", "description": "old"}, {"task_key": "b"}]}
    new = {"tags": {"y": "2"}, "tasks": [{"task_key": "a"}, {"task_key": "c"}]}
    assert merged(old, new, []) == {
        "name": "a",
        "tags": {"y": "2"},
        "tasks": [{"task_key": "a"}, {"task_key": "b"}, {"task_key": "c"}],
    }


def test_an_update_removes_fields_and_tasks_by_path() -> None:
    old = {"name": "a", "tags": {"x": "1"}, "tasks": [{"task_key": "a"}, {"task_key": "b"}]}
    assert merged(old, {}, ["tags", "tasks/a"]) == {"name": "a", "tasks": [{"task_key": "b"}]}


FULL = job(
    dbt_task("a", run_if="ALL_DONE", max_retries=1, libraries=None),
    dbt_task("b", depends_on=[{"task_key": "a"}], timeout_seconds=5),
    {"task_key": "q", "sql_task": {"warehouse_id": "w", "file": {"path": "/a.sql"}}},
    tags={"a": "b"},
    job_clusters=[{"job_cluster_key": "c", "new_cluster": {}}],
    parameters=[{"name": "day", "default": "1"}],
    schedule={"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC", "pause_status": "PAUSED"},
    run_as={"user_name": "a"},
    max_concurrent_runs=2,
    queue={"enabled": True},
)
ANYTHING: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1.5, "", "x", [], ["x"], [1], [{}], [[]], {}, {"x": 1}, {"task_key": None}]
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where in a document there is a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, entry in inside for found in paths(entry, (*path, key)))]


def replaced(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """The document with another value in one place."""
    if not path:
        return new
    copy: Any = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(st.sampled_from([path for path in paths(FULL) if path]), ANYTHING)
@settings(max_examples=400)
def test_whatever_stands_in_a_setting_is_taken_or_refused_properly(path: tuple[str | int, ...], value: Any) -> None:
    with suppress(BadRequest):
        completed(replaced(FULL, path, value))
