"""The steps of a job in the words of Jobs API 2.2. As maps: a step says the same inside `for_each` and outside."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

import pulumi

from infra.components.clusters import libraries
from infra.components.surroundings import Names, Surroundings
from infra.models import Environment
from infra.models.job import ServerlessEnvironment

if TYPE_CHECKING:
    from infra.models.job import Job
    from infra.models.task import Step, Task

#: The serverless environments that steps run in which name none: dbt's, and that of Python without dependencies.
DBT_ENVIRONMENT: Final = "dbt"
PLAIN_ENVIRONMENT: Final = "plain"


class Steps:
    """Says the steps of one job."""

    def __init__(self, environment: Environment, job: Job, surroundings: Surroundings, jobs: Names) -> None:
        self._environment = environment
        self._job = job
        self._around = surroundings
        self._jobs = jobs

    def tasks(self) -> list[dict[str, Any]]:
        """All of them, sorted: the platform answers tasks in the order of their keys, whatever order they were sent in."""
        return [self._task(key, task) for key, task in sorted(self._job.tasks.items())]

    def environments(self) -> list[dict[str, Any]]:
        """The serverless environments that any step names, in the order of their keys."""
        named = {self._environment_of(step) for task in self._job.tasks.values() for step in task.steps} - {None}
        return [{"environment_key": key, "spec": self._spec(key)} for key in sorted(filter(None, named))]

    def _task(self, key: str, task: Task) -> dict[str, Any]:
        # `outcome` stands only where a condition is waited for.
        earlier: dict[str, dict[str, Any]] = {name: {"task_key": name} for name in task.after}
        earlier |= {name: {"task_key": name, "outcome": str(outcome).lower()} for name, outcome in task.when.items()}
        said = {
            "task_key": key,
            "depends_ons": [earlier[name] for name in sorted(earlier)] or None,
            "run_if": task.run_if if task.run_if != "ALL_SUCCESS" else None,
        }
        if task.condition is not None:
            condition = {"left": task.condition.left, "op": task.condition.op, "right": task.condition.right}
            return _said({**said, "description": task.description, "condition_task": condition})
        if task.for_each is not None:
            repeated = {
                "inputs": task.for_each.inputs_from or json.dumps(list(task.for_each.inputs)),
                "concurrency": task.for_each.concurrency,
                "task": _said({"task_key": f"{key}_each", **self._step(task.for_each.step)}),
            }
            return _said({**said, "description": task.description, "for_each_task": repeated})
        return _said({**said, **self._step(task)})

    def _step(self, step: Step) -> dict[str, Any]:
        on_own_cluster = step.cluster is not None and step.cluster in self._job.clusters
        return {
            "description": step.description,
            "environment_key": self._environment_of(step),
            "job_cluster_key": step.cluster if on_own_cluster else None,
            "existing_cluster_id": None if on_own_cluster or step.cluster is None else self._around.clusters[step.cluster],
            "libraries": libraries(step.libraries) or None,
            "max_retries": step.retries or None,
            "min_retry_interval_millis": step.retry_after * 1000 or None,
            "timeout_seconds": step.timeout * 60 or None,
            **self._kind(step),
        }

    def _kind(self, step: Step) -> dict[str, Any]:
        match step.kind:
            case "run":
                return {"dbt_task": self._dbt(step)}
            case "sql":
                return {"sql_task": self._sql(step)}
            case "notebook":
                path = self._around.notebooks[str(step.notebook)]
                return {"notebook_task": _said({"notebook_path": path, "base_parameters": dict(step.parameters) or None})}
            case "python":
                path = self._around.files[str(step.python)]
                return {"spark_python_task": _said({"python_file": path, "parameters": list(step.arguments) or None})}
            case "wheel":
                return {"python_wheel_task": _wheel(step)}
            case "pipeline":
                pipeline = self._around.pipelines[str(step.pipeline)]
                return {"pipeline_task": _said({"pipeline_id": pipeline, "full_refresh": step.full_refresh or None})}
        started = pulumi.Output.from_input(self._jobs[str(step.job)]).apply(int)
        return {"run_job_task": _said({"job_id": started, "job_parameters": dict(step.parameters) or None})}

    def _dbt(self, step: Step) -> dict[str, Any]:
        dbt = self._environment.dbt
        if dbt is None:
            raise ValueError(f"the environment '{self._environment.name}' has no dbt for its jobs to run")
        variables = shlex.quote(json.dumps(self._environment.dbt_vars(), sort_keys=True))
        return {
            "commands": [f"{command} --vars {variables}" for command in step.run],
            "source": "WORKSPACE",
            "project_directory": self._around.release,
            "warehouse_id": self._warehouse(step),
            "catalog": self._around.catalogs[dbt.catalog],
            "schema": dbt.schema_,
        }

    def _sql(self, step: Step) -> dict[str, Any]:
        sql = step.sql
        file = sql.file if sql is not None else None
        query = sql.query if sql is not None else None
        return _said(
            {
                "warehouse_id": self._warehouse(step),
                "file": {"path": self._around.files[file], "source": "WORKSPACE"} if file else None,
                "query": {"query_id": self._around.queries[query]} if query else None,
                "parameters": dict(step.parameters) or None,
            }
        )

    def _warehouse(self, step: Step) -> pulumi.Input[str]:
        return self._around.warehouses[str(step.warehouse or self._job.warehouse)]

    def _environment_of(self, step: Step) -> str | None:
        """Python and dbt have to name an environment where they run serverless; a notebook brings its own."""
        if step.cluster is not None:
            return None
        usual = {"run": DBT_ENVIRONMENT, "python": PLAIN_ENVIRONMENT, "wheel": PLAIN_ENVIRONMENT}
        return step.environment or usual.get(step.kind)

    def _spec(self, key: str) -> dict[str, Any]:
        own = self._job.environments.get(key)
        dbt = self._environment.dbt
        if own is None:
            own = ServerlessEnvironment(dependencies=(dbt.adapter,) if dbt is not None and key == DBT_ENVIRONMENT else ())
        return _said({"environment_version": own.version, "dependencies": list(own.dependencies) or None})


def _wheel(step: Step) -> dict[str, Any]:
    if step.wheel is None:
        raise ValueError("the step has no wheel")
    return _said(
        {
            "package_name": step.wheel.package,
            "entry_point": step.wheel.entry_point,
            "parameters": list(step.arguments) or None,
            "named_parameters": dict(step.parameters) or None,
        }
    )


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """Without what is not said: the platform decides it, and it must be no difference later."""
    return {key: value for key, value in given.items() if value is not None}
