"""The JSON types of what a job's settings hold, as far as this workspace reads them. Other fields are kept unread.

Field names and types as in databricks-sdk's `service/jobs.py` (JobSettings, Task, SubmitTask).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from infra.emulator.errors import BadRequest

#: A type, a list of things of one shape, or an object with shapes by field.
Shape: TypeAlias = "type | list[Any] | dict[str, Any]"

_DBT_TASK: Final[dict[str, Shape]] = {
    "commands": [str],
    "project_directory": str,
    "profiles_directory": str,
    "source": str,
    "catalog": str,
    "schema": str,
    "warehouse_id": str,
}
_SQL_TASK: Final[dict[str, Shape]] = {
    "warehouse_id": str,
    "parameters": dict,
    "file": {"path": str, "source": str},
    "query": {"query_id": str},
    "alert": dict,
    "dashboard": dict,
}
_TASK: Final[dict[str, Shape]] = {
    "task_key": str,
    "description": str,
    "run_if": str,
    "depends_on": [{"task_key": str, "outcome": str}],
    "environment_key": str,
    "existing_cluster_id": str,
    "job_cluster_key": str,
    "new_cluster": dict,
    "libraries": [dict],
    "disabled": bool,
    "retry_on_timeout": bool,
    "max_retries": int,
    "min_retry_interval_millis": int,
    "timeout_seconds": int,
    "email_notifications": dict,
    "dbt_task": _DBT_TASK,
    "sql_task": _SQL_TASK,
    "condition_task": {"op": str},
    "run_job_task": {"job_id": int, "job_parameters": dict, "dbt_commands": [str]},
    "for_each_task": {"concurrency": int, "task": dict},
}
SETTINGS: Final[dict[str, Shape]] = {
    "name": str,
    "description": str,
    "tags": dict,
    "max_concurrent_runs": int,
    "timeout_seconds": int,
    "tasks": [_TASK],
    "job_clusters": [{"job_cluster_key": str}],
    "environments": [{"environment_key": str, "spec": dict}],
    "parameters": [{"name": str}],
    "git_source": dict,
    "queue": {"enabled": bool},
    "run_as": {"user_name": str, "service_principal_name": str, "group_name": str},
    "schedule": {"quartz_cron_expression": str, "timezone_id": str, "pause_status": str},
    "continuous": {"pause_status": str},
    "trigger": {"pause_status": str, "periodic": {"interval": int, "unit": str}, "file_arrival": {"url": str}},
    "email_notifications": dict,
    "webhook_notifications": dict,
}
UPDATE: Final[dict[str, Shape]] = {"new_settings": SETTINGS, "fields_to_remove": [str]}
RUN_NOW: Final[dict[str, Shape]] = {
    "job_parameters": dict,
    "only": [str],
    "dbt_commands": [str],
    "queue": {"enabled": bool},
    "idempotency_token": str,
}
REPAIR: Final[dict[str, Shape]] = {
    "rerun_tasks": [str],
    "rerun_all_failed_tasks": bool,
    "rerun_dependent_tasks": bool,
    "latest_repair_id": int,
    "job_parameters": dict,
}
_WORDS: Final[dict[type, str]] = {str: "a string", int: "an integer", bool: "a boolean", dict: "an object", list: "a list"}


def check(value: Any, shape: Shape, where: str) -> None:
    """Raises BadRequest MALFORMED_REQUEST, naming the field, if the value is not of the shape. Null is of every shape."""
    if value is None:
        return
    expected: type[Any] = shape if isinstance(shape, type) else type(shape)
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise BadRequest(
            f"Could not parse request object: {where} must be {_WORDS[expected]}, got {value!r}.", code="MALFORMED_REQUEST"
        )
    if isinstance(shape, list):
        entries: list[Any] = value
        for index, entry in enumerate(entries):
            if entry is None:
                raise BadRequest(f"Could not parse request object: {where}[{index}] is null.", code="MALFORMED_REQUEST")
            check(entry, shape[0], f"{where}[{index}]")
    elif isinstance(shape, dict):
        fields: dict[str, Any] = value
        for name, inner in shape.items():
            check(fields.get(name), inner, f"{where}.{name}".lstrip("."))
