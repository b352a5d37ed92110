"""The settings of a job: what the Jobs API accepts, what it fills in, and how an update merges. Pure.

Shapes as in databricks-sdk's `service/jobs.py` (JobSettings, Task); defaults as recorded from `jobs/get`. Whether the
warehouses and principals named exist is for `infra.emulator.jobs.jobs` to find out. Fields that nothing here knows are kept.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.jobs import job_shapes
from infra.emulator.jobs.quartz import check_cron, check_timezone
from infra.emulator.jobs.task_graph import RUN_IF, check_graph
from infra.emulator.store import Document

#: Every kind of task that the API has; `infra.emulator.jobs.run_tasks` says which of them run here.
TASK_TYPES: Final = (
    "clean_rooms_notebook_task", "condition_task", "dashboard_task", "dbt_cloud_task", "dbt_platform_task", "dbt_task",
    "for_each_task", "gen_ai_compute_task", "notebook_task", "pipeline_task", "power_bi_task", "python_wheel_task",
    "run_job_task", "spark_jar_task", "spark_python_task", "spark_submit_task", "sql_task",
)  # fmt: skip
#: Tasks that bring no compute of their own; a notebook without any runs on serverless compute.
_NEED_COMPUTE: Final = ("dbt_task", "python_wheel_task", "spark_jar_task", "spark_python_task", "spark_submit_task")
_COMPUTE: Final = ("environment_key", "existing_cluster_id", "job_cluster_key", "new_cluster")
#: Lists that an update merges entry by entry, and the field that identifies an entry.
_KEYED_LISTS: Final = {
    "tasks": "task_key",
    "job_clusters": "job_cluster_key",
    "environments": "environment_key",
    "parameters": "name",
}
_MAX_TASKS: Final = 1000
_MAX_DBT_COMMANDS: Final = 10


def completed(settings: Document) -> Document:
    """The settings with defaults filled in. Raises BadRequest for what has the wrong type or Databricks refuses."""
    job_shapes.check(settings, job_shapes.SETTINGS, "")
    result = {
        "name": "Untitled",
        "email_notifications": {},
        "webhook_notifications": {},
        "timeout_seconds": 0,
        "max_concurrent_runs": 1,
        **_given(settings),
        "format": "MULTI_TASK",
    }
    _check_job(result)
    tasks = _objects(result, "tasks")
    if tasks:
        result["tasks"] = [{"run_if": "ALL_SUCCESS", "timeout_seconds": 0, "email_notifications": {}, **task} for task in tasks]
    for task in tasks:
        _check_task(task, result)
    check_graph({task["task_key"]: dependencies(task) for task in tasks})
    return result


def merged(settings: Document, changes: Document, removed: list[str]) -> Document:
    """Settings after `jobs/update`: new fields replace old ones, keyed lists are merged, then `removed` paths go."""
    result = {**settings, **changes}
    for name, key in _KEYED_LISTS.items():
        if name in changes and name in settings:
            entries = {entry.get(key): entry for entry in [*settings[name], *_objects(changes, name)]}
            result[name] = list(entries.values())
    for path in removed:
        name, _, entry_key = path.partition("/")
        if not entry_key:
            result.pop(name, None)
        elif name in ("tasks", "job_clusters"):
            result[name] = [entry for entry in result.get(name, ()) if entry.get(_KEYED_LISTS[name]) != entry_key]
        else:
            raise InvalidParameter(f"fields_to_remove: '{path}' is nested; only tasks/<key> and job_clusters/<key> may be.")
    return result


def task_type(task: Document) -> str:
    """The one field that says what the task does."""
    return next(name for name in TASK_TYPES if name in task)


def dependencies(task: Document) -> list[str]:
    """The keys of the tasks that this one waits for."""
    return [entry["task_key"] for entry in task.get("depends_on") or ()]


def warehouses(settings: Document) -> Iterator[tuple[str, str]]:
    """Task key and warehouse id of each task that names a warehouse."""
    for task in settings.get("tasks", ()):
        for name in ("dbt_task", "sql_task"):
            if warehouse_id := task.get(name, {}).get("warehouse_id"):
                yield task["task_key"], warehouse_id


def _given(container: Document) -> Document:
    """Without nulls, which say nothing."""
    return {key: value for key, value in container.items() if value is not None}


def _objects(container: Document, name: str) -> list[Document]:
    """A list of JSON objects, empty if absent."""
    return container.get(name) or []


def _unique(container: Document, name: str, key: str) -> list[str]:
    """The keys of a list's entries. Raises InvalidParameter if one is missing or there twice."""
    keys = [str(entry.get(key) or "") for entry in _objects(container, name)]
    if "" in keys:
        raise InvalidParameter(f"Every entry of {name} needs a {key}.")
    for value in keys:
        if keys.count(value) > 1:
            raise InvalidParameter(f"Duplicate {key} '{value}' in {name}: each must be unique within the job.")
    return keys


def _integer(container: Document, name: str, lowest: int, highest: int, where: str = "") -> None:
    value = container.get(name)
    if value is None:
        return
    if not lowest <= value <= highest:
        raise InvalidParameter(f"{where}{name} must be an integer from {lowest} to {highest}, got {value!r}.")


def _check_job(settings: Document) -> None:
    if len(str(settings["name"]).encode()) > 4096:
        raise InvalidParameter("name must be at most 4096 bytes.")
    _integer(settings, "max_concurrent_runs", 0, 1000)
    _integer(settings, "timeout_seconds", 0, 2**31 - 1)
    for name, key in _KEYED_LISTS.items():
        _unique(settings, name, key)
    if len(_objects(settings, "tasks")) > _MAX_TASKS:
        raise InvalidParameter(f"A job may have at most {_MAX_TASKS} tasks.")
    if len(settings.get("tags") or {}) > 25:
        raise InvalidParameter("A job may have at most 25 tags.")
    triggers = [name for name in ("schedule", "continuous", "trigger") if settings.get(name)]
    if len(triggers) > 1:
        raise InvalidParameter(f"Only one of schedule, continuous and trigger can be set, got {' and '.join(triggers)}.")
    for name in triggers:
        _check_trigger(settings, name)
    if settings.get("run_as") is not None:
        _check_run_as(settings["run_as"])


def _check_trigger(settings: Document, name: str) -> None:
    trigger = {"pause_status": "UNPAUSED", **settings[name]}
    settings[name] = trigger
    if trigger["pause_status"] not in ("PAUSED", "UNPAUSED"):
        raise InvalidParameter(f"{name}.pause_status must be PAUSED or UNPAUSED, got '{trigger['pause_status']}'.")
    if name == "schedule":
        for field in ("quartz_cron_expression", "timezone_id"):
            if not trigger.get(field):
                raise InvalidParameter(f"Missing required field: schedule.{field}")
        check_cron(trigger["quartz_cron_expression"])
        check_timezone(trigger["timezone_id"])
    periodic = trigger.get("periodic") if name == "trigger" else None
    if periodic:
        _integer(periodic, "interval", 1, 2**31 - 1, "trigger.periodic.")
        if periodic.get("unit") not in ("HOURS", "DAYS", "WEEKS"):
            raise InvalidParameter(f"trigger.periodic.unit must be HOURS, DAYS or WEEKS, got '{periodic.get('unit')}'.")
    if name == "trigger" and trigger.get("file_arrival") and not trigger["file_arrival"].get("url"):
        raise InvalidParameter("Missing required field: trigger.file_arrival.url")


def _check_run_as(run_as: Document) -> None:
    names = ("user_name", "service_principal_name", "group_name")
    if sum(1 for name in names if run_as.get(name)) != 1:
        raise InvalidParameter("run_as must have exactly one of user_name, service_principal_name and group_name.")
    if run_as.get("group_name"):
        raise InvalidParameter(
            "run_as.group_name is not supported by this workspace: it runs jobs as users and service principals only."
        )


def _check_task(task: Document, settings: Document) -> None:
    key = task["task_key"]
    if not re.fullmatch(r"[\w-]{1,100}", key):
        raise InvalidParameter(f"task_key '{key}' may have up to 100 letters, digits, '-' and '_' only.")
    types = [name for name in TASK_TYPES if task.get(name) is not None]
    if len(types) != 1:
        raise InvalidParameter(f"Task '{key}' must have exactly one task type (such as dbt_task), got {types or 'none'}.")
    if task.get("run_if", "ALL_SUCCESS") not in RUN_IF:
        raise InvalidParameter(f"Task '{key}': run_if must be one of {', '.join(RUN_IF)}, got '{task['run_if']}'.")
    where = f"Task '{key}': "
    _integer(task, "max_retries", -1, 2**31 - 1, where)
    _integer(task, "min_retry_interval_millis", 0, 2**31 - 1, where)
    _integer(task, "timeout_seconds", 0, 2**31 - 1, where)
    _unique(task, "depends_on", "task_key")
    _check_compute(task, settings, types[0])
    if check := _TYPE_CHECKS.get(types[0]):
        check(where, task[types[0]], settings)


def _check_compute(task: Document, settings: Document, kind: str) -> None:
    key, given = task["task_key"], [name for name in _COMPUTE if task.get(name)]
    if len(given) > 1:
        raise InvalidParameter(f"Task '{key}' may have only one of {', '.join(_COMPUTE)}, got {' and '.join(given)}.")
    if kind in _NEED_COMPUTE and not given:
        raise InvalidParameter(
            f"Task '{key}' has no compute: a {kind} needs an environment_key (serverless) or one of existing_cluster_id,"
            " job_cluster_key and new_cluster."
        )
    for name, container in (("environment_key", "environments"), ("job_cluster_key", "job_clusters")):
        known = [entry[name] for entry in settings.get(container) or ()]
        if task.get(name) and task[name] not in known:
            raise InvalidParameter(
                f"Task '{key}': {name} '{task[name]}' is not defined in {container} (there: {', '.join(known) or 'none'})."
            )
    if task.get("environment_key") and task.get("libraries"):
        raise InvalidParameter(
            f"Task '{key}': libraries are not supported for serverless tasks, list them as dependencies of the environment."
        )


def _check_dbt_task(where: str, task: Document, settings: Document) -> None:
    commands = task.get("commands") or []
    if not 1 <= len(commands) <= _MAX_DBT_COMMANDS:
        raise InvalidParameter(f"{where}dbt_task.commands must have 1 to {_MAX_DBT_COMMANDS} commands, got {commands!r}.")
    for command in commands:
        dbt_arguments(command, where)
    source = task.get("source") or ("GIT" if settings.get("git_source") else "WORKSPACE")
    if source not in ("GIT", "WORKSPACE"):
        raise InvalidParameter(f"{where}dbt_task.source must be GIT or WORKSPACE, got '{source}'.")
    if source == "GIT" and not settings.get("git_source"):
        raise InvalidParameter(f"{where}dbt_task.source is GIT, but the job has no git_source.")
    if source == "WORKSPACE" and not str(task.get("project_directory") or "").startswith("/"):
        raise InvalidParameter(f"{where}dbt_task.project_directory must be an absolute workspace path.")
    if task.get("catalog") and not task.get("warehouse_id"):
        raise InvalidParameter(f"{where}dbt_task.catalog can only be set together with warehouse_id.")
    if task.get("profiles_directory") and task.get("warehouse_id"):
        raise InvalidParameter(f"{where}dbt_task.profiles_directory can only be set without warehouse_id.")


def dbt_arguments(command: Any, where: str = "") -> list[str]:
    """The arguments of a dbt command, without `dbt` itself. Raises InvalidParameter if it is not one."""
    try:
        words = shlex.split(str(command))
    except ValueError as error:
        raise InvalidParameter(f"{where}cannot parse the command {command!r}: {error}.") from error
    if len(words) < 2 or words[0] != "dbt":
        raise InvalidParameter(f"{where}all commands must start with 'dbt', got {command!r}.")
    return words[1:]


def _check_sql_task(where: str, task: Document, _settings: Document) -> None:
    if not task.get("warehouse_id"):
        raise InvalidParameter(f"{where}sql_task needs a warehouse_id.")
    given = [name for name in ("query", "file", "alert", "dashboard") if task.get(name)]
    if len(given) != 1:
        raise InvalidParameter(f"{where}sql_task needs exactly one of query, file, alert and dashboard, got {given or 'none'}.")


def _check_condition_task(where: str, task: Document, _settings: Document) -> None:
    known = ("EQUAL_TO", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL")
    if task.get("op") not in known:
        raise InvalidParameter(f"{where}condition_task.op must be one of {', '.join(known)}, got '{task.get('op')}'.")
    for side in ("left", "right"):
        if task.get(side) is None:
            raise InvalidParameter(f"{where}condition_task needs a {side}.")


def _check_run_job_task(where: str, task: Document, _settings: Document) -> None:
    if not isinstance(task.get("job_id"), int):
        raise InvalidParameter(f"{where}run_job_task needs a job_id.")


def _check_for_each_task(where: str, task: Document, settings: Document) -> None:
    inner = task.get("task")
    if not isinstance(inner, dict) or not task.get("inputs"):
        raise InvalidParameter(f"{where}for_each_task needs inputs and a task.")
    if inner.get("for_each_task"):
        raise InvalidParameter(f"{where}a for_each_task cannot be inside of another.")
    _integer(task, "concurrency", 1, 100, where)
    _check_task(inner, settings)


_TYPE_CHECKS: Final[dict[str, Callable[[str, Document, Document], None]]] = {
    "condition_task": _check_condition_task,
    "dbt_task": _check_dbt_task,
    "for_each_task": _check_for_each_task,
    "run_job_task": _check_run_job_task,
    "sql_task": _check_sql_task,
}
