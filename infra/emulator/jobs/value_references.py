"""Dynamic value references, `{{job.parameters.day}}`, in the texts of a task. Pure.

Names as in "What is a dynamic value reference?" of Databricks' documentation. A reference that means nothing is refused,
where Databricks would hand it on as it stands: dbt would take the braces for Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from infra.emulator.errors import InvalidParameter
from infra.emulator.store import Document

_REFERENCE = re.compile(r"\{\{\s*((?:job|task|tasks|workspace)\.[\w.\-]+)\s*\}\}")


def resolve(value: Any, values: Mapping[str, str]) -> Any:
    """`value` with the references in its texts replaced. Raises InvalidParameter for one that is not in `values`."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda match: _value(match[1], values), value)
    if isinstance(value, list):
        return [resolve(entry, values) for entry in value]
    if isinstance(value, dict):
        return {key: resolve(entry, values) for key, entry in value.items()}
    return value


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise InvalidParameter(f"The reference {{{{{name}}}}} is not known here. Known: {', '.join(sorted(values))}.")
    return values[name]


def values_of(
    run: Document, task_run: Document, others: Mapping[str, Document], host: str, workspace_id: int
) -> dict[str, str]:
    """What references of one task of a run mean. `others` are the run's other tasks, by key."""
    started = datetime.fromtimestamp(run["start_time"] / 1000, UTC)
    values = {
        "job.id": run["job_id"],
        "job.name": run["settings"]["name"],
        "job.run_id": run["run_id"],
        "job.repair_count": max(0, len(run["repairs"]) - 1),
        "job.start_time.iso_date": started.date().isoformat(),
        "job.start_time.iso_datetime": started.isoformat(timespec="milliseconds"),
        "job.start_time.timestamp_ms": run["start_time"],
        "job.trigger.type": "onetime",
        "task.name": task_run["task_key"],
        "task.run_id": task_run["run_id"],
        "task.execution_count": task_run["attempt_number"] + 1,
        "workspace.id": workspace_id,
        "workspace.url": host,
        **{f"job.parameters.{name}": value for name, value in run["parameters"].items()},
    }
    for key, other in others.items():
        if other.get("result"):
            values[f"tasks.{key}.result_state"] = str(other["result"]).lower()
            values[f"tasks.{key}.run_id"] = other["run_id"]
    return {name: str(value) for name, value in values.items()}
