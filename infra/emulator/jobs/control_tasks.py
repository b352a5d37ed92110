"""Tasks that control others: a condition, another job's run, and a task carried out for each of several inputs.

databricks-sdk `jobs.ConditionTask`, `RunJobTask`, `ForEachTask`. The iterations of a loop are no task runs of their own here:
the loop's output counts them, and names the first that failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from infra.emulator.errors import InvalidParameter
from infra.emulator.identity import access_levels
from infra.emulator.jobs import jobs, run_records, runs
from infra.emulator.jobs.job_settings import task_type
from infra.emulator.jobs.run_states import is_final
from infra.emulator.jobs.task_outcome import Outcome, Stop
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

#: Carries out what one kind of task says.
Run: TypeAlias = Callable[[str, Document, Document, Caller, Path, Stop], Outcome]

_LOOK: Final = 0.2
_INPUT: Final = re.compile(r"\{\{\s*input((?:\.[\w-]+)*)\s*\}\}")
_MOST_AT_ONCE: Final = 100


def condition(task: Document, _settings: Document, _principal: Caller, _folder: Path, _stop: Stop) -> Outcome:
    """Equality compares texts, order compares numbers. Raises InvalidParameter for what is no number."""
    left, right, operator = str(task.get("left")), str(task.get("right")), str(task.get("op"))
    if operator in ("EQUAL_TO", "NOT_EQUAL"):
        met = (left == right) == (operator == "EQUAL_TO")
    else:
        try:
            one, other = float(left), float(right)
        except ValueError as error:
            raise InvalidParameter(f"condition_task: {operator} compares numbers, got '{left}' and '{right}'.") from error
        met = {
            "GREATER_THAN": one > other,
            "GREATER_THAN_OR_EQUAL": one >= other,
            "LESS_THAN": one < other,
            "LESS_THAN_OR_EQUAL": one <= other,
        }[operator]
    return Outcome("SUCCESS", output={"condition_outcome": str(met).lower()})


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Runs another job, which the principal must be allowed to run, and waits for its end."""

    workspace: Workspace

    def run(self, task: Document, _settings: Document, principal: Caller, _folder: Path, stop: Stop) -> Outcome:
        """The other job's run decides how the task ends; a task that is stopped cancels it."""
        job = jobs.fetch(self.workspace, task["job_id"])
        access_levels.require(self.workspace, principal, "CAN_MANAGE_RUN", jobs.TYPE, str(job["job_id"]))
        given = {name: task[name] for name in ("job_parameters", "dbt_commands") if task.get(name)}
        run_id = runs.run_now(self.workspace, principal, job, given, trigger="RUN_JOB_TASK")["run_id"]
        stop.then(lambda: self.workspace.runs.cancel(run_id))
        while not is_final(run := run_records.get(self.workspace, run_id)):
            self.workspace.runs.wait(run_id, _LOOK)
        output = {"run_job_output": {"run_id": run_id}}
        if run["result"] in ("SUCCESS", "SUCCESS_WITH_FAILURES"):
            return Outcome("SUCCESS", output=output)
        message = f"Run {run_id} of job {job['job_id']} ended with {run['result']}: {run.get('message', '')}"
        return Outcome("FAILED", "Workload failed, see run output for details", message, output=output)


@dataclass(frozen=True, slots=True)
class LoopRunner:
    """Carries out a task for each input, `concurrency` of them at once."""

    run_task: Run

    def run(self, task: Document, settings: Document, principal: Caller, folder: Path, stop: Stop) -> Outcome:
        """Fails if an iteration failed; the others are carried out all the same."""
        inner, values = task["task"], inputs(task.get("inputs"))
        kind = task_type(inner)

        def iterate(index: int) -> Outcome:
            if stop.reason:
                return Outcome(stop.reason)
            here = folder / str(index)
            here.mkdir(parents=True, exist_ok=True)
            return self.run_task(kind, _with_input(inner[kind], values[index]), settings, principal, here, stop)

        at_once = min(int(task.get("concurrency") or 1), _MOST_AT_ONCE)
        with ThreadPoolExecutor(at_once, thread_name_prefix="iteration") as pool:
            outcomes = list(pool.map(iterate, range(len(values))))
        failed = [index for index, outcome in enumerate(outcomes) if outcome.result != "SUCCESS"]
        stats = {
            "total_iterations": len(values),
            "completed_iterations": len(values),
            "succeeded_iterations": len(values) - len(failed),
            "failed_iterations": len(failed),
        }
        output = {"for_each_stats": {"task_run_stats": stats}}
        if not failed:
            return Outcome("SUCCESS", output=output)
        first = outcomes[failed[0]]
        error = f"Iteration {failed[0]} (input {json.dumps(values[failed[0]])}) failed: {first.error or first.message}"
        return Outcome("FAILED", "Workload failed, see run output for details", error, output=output)


def inputs(given: object) -> list[Any]:
    """The inputs of a loop: a JSON array. Raises InvalidParameter."""
    try:
        values = json.loads(str(given))
    except ValueError as error:
        raise InvalidParameter(f"for_each_task.inputs is no JSON: {given!r}") from error
    if not isinstance(values, list):
        raise InvalidParameter(f"for_each_task.inputs must be a JSON array, got {given!r}")
    return values


def _with_input(value: Any, given: Any) -> Any:
    """A task's settings with `{{input}}` and `{{input.key}}` in their texts replaced."""
    if isinstance(value, str):
        return _INPUT.sub(lambda match: _text(given, match[1]), value)
    if isinstance(value, list):
        return [_with_input(item, given) for item in value]
    if isinstance(value, dict):
        return {key: _with_input(item, given) for key, item in value.items()}
    return value


def _text(given: Any, path: str) -> str:
    for key in path.split(".")[1:]:
        if not isinstance(given, dict) or key not in given:
            raise InvalidParameter(f"{{{{input{path}}}}}: the input {json.dumps(given)} has no '{key}'.")
        given = given[key]
    return given if isinstance(given, str) else json.dumps(given)
