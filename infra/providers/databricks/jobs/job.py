"""`databricks:index/job:Job`: jobs, `/api/2.2/jobs`.

A create answers the id alone, and the server decides who a job runs as, so it is read once afterwards. Queueing is sent as off
unless the program turns it on: this version of the API would turn it on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent, Incomplete, Refused, Unconfirmed
from infra.providers.databricks.jobs.job_compute import environments, job_clusters, libraries
from infra.providers.databricks.jobs.job_tasks import tasks
from infra.providers.databricks.jobs.job_triggers import git_source, when
from infra.providers.databricks.jobs.notifications import email_notifications, health, webhook_notifications
from infra.providers.databricks.resource import Resource, found, made_since
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Shape,
    flag,
    integer,
    mapping,
    text,
    unsupported,
    zero_block,
    zero_blocks,
)
from infra.providers.databricks.workspace import Workspace

_JOBS = "/api/2.2/jobs"
#: Of the time before jobs had several tasks: the official provider has deprecated them.
_DEPRECATED = (
    "dbtTask",
    "newCluster",
    "notebookTask",
    "pipelineTask",
    "pythonWheelTask",
    "runJobTask",
    "sparkJarTask",
    "sparkPythonTask",
    "sparkSubmitTask",
)


class Job(Resource):
    """A job."""

    token = "databricks:index/job:Job"
    version = 2
    timeouts: ClassVar = {"create": 1800, "update": 1800}
    shape = Shape(
        flag("alwaysRunning", local=True, absent=False),
        text("budgetPolicyId"),
        flag("controlRunState", local=True, absent=False),
        zero_block(
            "deployment", text("deploymentId"), text("kind", required=True), text("metadataFilePath"), text("versionId")
        ),
        text("description"),
        text("editMode"),
        email_notifications(),
        environments(),
        text("existingClusterId"),
        text("format", computed=True, derived=True),
        git_source(),
        health(),
        job_clusters(),
        libraries(),
        integer("maxConcurrentRuns", default=1),
        integer("maxRetries", absent=0),
        integer("minRetryIntervalMillis", absent=0),
        text("name", default=AUTO_NAME),
        zero_block("notificationSettings", flag("noAlertForCanceledRuns"), flag("noAlertForSkippedRuns")),
        zero_blocks(
            "parameters",
            text("default", required=True),
            text("name", required=True),
            wire="parameter",
            api="parameters",
            key="name",
            absent=[],
        ),
        text("parentPath", local=True),
        text("performanceTarget", computed=True),
        PROVIDER_CONFIG,
        zero_block("queue", flag("enabled", required=True)),
        flag("retryOnTimeout", absent=False),
        zero_block("runAs", text("groupName"), text("servicePrincipalName"), text("userName"), computed=True),
        mapping("tags"),
        tasks(),
        integer("timeoutSeconds", absent=0),
        text("url", output=True, local=True),
        text("usagePolicyId"),
        webhook_notifications(),
        *when(),
        *(unsupported(name) for name in _DEPRECATED),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        for name in ("alwaysRunning", "controlRunState"):
            if inputs.get(name):
                yield CheckFailure(name, "is not supported by the embedded provider: start and stop runs by the Jobs API")
        timed = [name for name in ("schedule", "continuous", "trigger") if inputs.get(name)]
        if len(timed) > 1:
            yield CheckFailure(timed[1], f"a job starts by one of {', '.join(timed)}: keep one")
        runners = [name for name in inputs.get("runAs") or () if inputs["runAs"][name] not in (None, "")]
        if len(runners) > 1:
            yield CheckFailure("runAs", f"names {' and '.join(runners)}: name one")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """Among the caller's own jobs of this name the one that is young enough: names of jobs are not unique."""
        name = str(inputs["name"])
        jobs = workspace.get(f"{_JOBS}/list", name=name).get("jobs") or []
        mine = [job for job in jobs if job.get("creator_user_name") == workspace.user_name and made_since(job, since)]
        if len(mine) > 1:
            ids = ", ".join(str(job["job_id"]) for job in mine)
            raise ProviderError(f"several jobs are called {name!r} ({ids}): remove those that no one needs")
        return str(mine[0]["job_id"]) if mine else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        settings = self._settings(inputs)
        try:
            id = str(workspace.post(f"{_JOBS}/create", settings)["job_id"])
        except Unconfirmed as error:
            raise Unconfirmed(
                f"{error}. Names of jobs are not unique, so it is not sent again; the next run looks whether "
                f"{inputs['name']!r} was made"
            ) from error
        try:
            answer = workspace.get(f"{_JOBS}/get", job_id=id)
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, {"settings": settings}, inputs), error) from error
        return id, _unset(self._stored(workspace, id, answer, inputs))

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = _found(workspace, id)
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        settings = self._settings(news)
        workspace.post(f"{_JOBS}/reset", {"job_id": int(id), "new_settings": settings}, repeatable=True)
        return self._stored(workspace, id, workspace.get(f"{_JOBS}/get", job_id=id), self.locals(olds) | self._locals(news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        try:
            workspace.post(f"{_JOBS}/delete", {"job_id": int(id)}, repeatable=True)
        except Refused as error:
            raise _absent(error) from error

    def _settings(self, inputs: Properties) -> Answer:
        settings = documents.body(self.shape, inputs)
        settings["tasks"] = sorted(settings.get("tasks", []), key=lambda task: str(task["task_key"]))
        settings.setdefault("queue", {"enabled": False})
        if not settings["tasks"]:
            del settings["tasks"]
        return settings

    def _locals(self, inputs: Properties) -> Properties:
        return {name: value for name, value in inputs.items() if self.shape[name].local}

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        settings = dict(answer.get("settings") or {})
        runner = answer.get("run_as_user_name")
        if runner:
            settings["run_as"] = {"service_principal_name" if _is_application(runner) else "user_name": runner}
        known = self._locals(known) | {"url": f"{workspace.host}/#job/{id}"}
        return self.outputs(workspace, id, settings, known)


def _unset(outputs: Properties) -> Properties:
    """Outputs with null for lists that nobody set, as the official provider stores them until a first refresh."""
    specs = [environment["spec"] for environment in outputs["environments"] or ()]
    for values in (outputs["emailNotifications"], *specs):
        for name, value in (values or {}).items():
            if value == []:
                values[name] = None
    return outputs


def _found(workspace: Workspace, id: str) -> Answer | None:
    try:
        return found(workspace, f"{_JOBS}/get", job_id=id)
    except Refused as error:
        if isinstance(_absent(error), Absent):
            return None
        raise


def _absent(error: Refused) -> Refused:
    """A job that is gone is an invalid parameter to this API; the calls that ask so have the job's id alone."""
    return Absent(str(error), error.code) if error.code == "INVALID_PARAMETER_VALUE" else error


def _is_application(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
