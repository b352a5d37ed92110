"""`databricks:index/pipeline:Pipeline`: declarative pipelines, `/api/2.0/pipelines`. It is their settings: nothing starts one.

A create answers the id alone; the pipeline is read until it is there, and a continuous one until it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.pipelines.ingestion import gateway_definition, ingestion_definition
from infra.providers.databricks.pipelines.pipeline_compute import clusters
from infra.providers.databricks.resource import Resource, at_most_one, found, path, posted
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Field,
    Shape,
    block,
    flag,
    integer,
    mapping,
    text,
    texts,
    zero_block,
    zero_blocks,
)
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_PIPELINES: Final = "/api/2.0/pipelines"
_DEFAULT_STORAGE: Final = re.compile(r"dbfs:/pipelines/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LIMIT: Final = 1200
_SINGLE_NODE: Final = ("spark.databricks.cluster.profile", "singleNode")


def _libraries() -> Field:
    return zero_blocks(
        "libraries",
        block("file", text("path", required=True)),
        block("glob", text("include", required=True)),
        text("jar"),
        block("maven", text("coordinates", required=True), texts("exclusions"), text("repo")),
        block("notebook", text("path", required=True)),
        text("whl"),
        wire="library",
        api="libraries",
        absent=[],
    )


def _when() -> tuple[Field, ...]:
    return (
        zero_block(
            "restartWindow",
            texts("daysOfWeeks", wire="days_of_week"),
            integer("startHour", required=True),
            text("timeZoneId"),
        ),
        zero_block("trigger", block("cron", text("quartzCronSchedule"), text("timezoneId")), block("manual")),
    )


def _told() -> tuple[Field, ...]:
    """What the workspace tells of a pipeline; formally, inputs."""
    return (
        text("cause", computed=True, derived=True),
        text("clusterId", computed=True, derived=True),
        text("creatorUserName", computed=True, derived=True),
        text("health", computed=True, derived=True),
        integer("lastModified", computed=True, derived=True, absent=0),
        zero_blocks("latestUpdates", text("creationTime"), text("state"), text("updateId"), computed=True, derived=True),
        text("pipelineId", wire="id", computed=True, derived=True),
        text("runAsUserName", computed=True, derived=True),
        text("state", computed=True, derived=True),
        text("url", computed=True, derived=True, local=True),
    )


class Pipeline(Resource):
    """A pipeline. Its id is the workspace's."""

    token = "databricks:index/pipeline:Pipeline"
    timeouts: ClassVar = dict.fromkeys(("create", "default", "delete", "read", "update"), _LIMIT)
    shape = Shape(
        flag("allowDuplicateNames", absent=False),
        text("budgetPolicyId"),
        text("catalog", alike=any_case),
        text("channel", default="CURRENT"),
        clusters(),
        mapping("configuration"),
        flag("continuous", absent=False),
        zero_block(
            "deployment", text("deploymentId"), text("kind", required=True), text("metadataFilePath"), text("versionId")
        ),
        flag("development", absent=False),
        text("edition", default="ADVANCED", alike=any_case),
        zero_block("environment", texts("dependencies"), text("environmentVersion")),
        zero_block("eventLog", text("catalog", computed=True), text("name", required=True), text("schema", computed=True)),
        integer("expectedLastModified", absent=0),
        zero_block("filters", texts("excludes", wire="exclude"), texts("includes", wire="include")),
        gateway_definition(),
        ingestion_definition(),
        _libraries(),
        text("name", default=AUTO_NAME),
        zero_blocks(
            "notifications",
            texts("alerts"),
            texts("emailRecipients"),
            wire="notification",
            api="notifications",
            absent=[],
        ),
        flag("photon", absent=False),
        PROVIDER_CONFIG,
        text("rootPath"),
        zero_block("runAs", text("servicePrincipalName"), text("userName")),
        text("schema"),
        flag("serverless", absent=False),
        text("serverlessComputeId"),
        text("storage", replaces=True, alike=any_case),
        mapping("tags"),
        text("target"),
        text("usagePolicyId"),
        *_when(),
        *_told(),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from at_most_one(inputs, ("storage", "catalog"), "a pipeline")
        yield from at_most_one(inputs, ("schema", "target"), "a pipeline")
        for name, known in (("channel", ("current", "preview")), ("edition", ("pro", "core", "advanced"))):
            value = inputs.get(name)
            if isinstance(value, str) and value.lower() not in known:
                yield CheckFailure(name, f"is {value!r}, not one of {', '.join(known)}")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        olds = olds | ({"storage": None} if news.get("storage") is None and _usual_storage(olds.get("storage")) else {})
        changes = list(super().differences(olds, news))
        switched = {"catalog", "storage"} <= {where for where, _, _ in changes}
        for where, kind, forces in changes:
            yield where, kind, forces or (switched and where == "catalog")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """Names are unique unless duplicates are allowed."""
        named = _named(workspace, str(inputs["name"]))
        if len(named) > 1:
            ids = ", ".join(str(pipeline["pipeline_id"]) for pipeline in named)
            raise ProviderError(f"several pipelines are called {inputs['name']!r} ({ids}): remove those that no one needs")
        return str(named[0]["pipeline_id"]) if named else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = str(inputs["name"])
        answer = posted(workspace, _PIPELINES, self._settings(inputs), lambda: next(iter(_named(workspace, name)), None))
        id = str(answer["pipeline_id"])
        try:
            return id, self._stored(workspace, id, self._settled(workspace, id, limits.create), inputs)
        except ProviderError as error:
            raise Incomplete(id, self.outputs(workspace, id, {"id": id}, inputs), error) from error

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_PIPELINES, id))
        return None if answer is None else self._stored(workspace, id, answer, {"runAs": known.get("runAs")})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        workspace.put(path(_PIPELINES, id), self._settings(news) | {"id": id})
        answer = self._settled(workspace, id, limits.update)
        return self._stored(workspace, id, answer, {"runAs": news.get("runAs"), "latestUpdates": olds.get("latestUpdates")})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_PIPELINES, id))
        waited = 0.0
        while found(workspace, path(_PIPELINES, id)) is not None:
            if waited >= _LIMIT:
                raise ProviderError(f"the pipeline {id} is still there {_LIMIT} s after it was deleted")
            workspace.sleep(1.0)
            waited += 1.0

    def _settings(self, inputs: Properties) -> Answer:
        told = {field.name for field in _told()}
        wanted = documents.body(self.shape, {name: value for name, value in inputs.items() if name not in told})
        settings = documents.compact(wanted)
        for given, sent in zip(wanted.get("clusters", ()), settings.get("clusters", ()), strict=True):
            if (given.get("spark_conf") or {}).get(_SINGLE_NODE[0]) == _SINGLE_NODE[1]:
                sent.setdefault("num_workers", 0)
        return settings

    def _settled(self, workspace: Workspace, id: str, limit: float | None) -> Answer:
        waited, pause = 0.0, 0.5
        while True:
            answer = workspace.get(path(_PIPELINES, id))
            if answer.get("state") == "FAILED":
                raise ProviderError(f"the pipeline {id} has failed: {answer.get('cause') or 'the workspace gives no reason'}")
            if answer.get("state") == "RUNNING" or not (answer.get("spec") or {}).get("continuous"):
                return answer
            if waited >= (limit or _LIMIT):
                raise ProviderError(f"the pipeline {id} is still {answer.get('state')} after {waited:.0f} s")
            workspace.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 10.0)

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        document = {"id": id} | (answer.get("spec") or {}) | {
            name: value for name, value in answer.items() if name not in {"spec", "name", "run_as"}
        }  # fmt: skip
        return self.outputs(workspace, id, document, known | {"url": f"{workspace.host}/#joblist/pipelines/{id}"})


def _usual_storage(value: Value) -> bool:
    """Whether it is the place that the workspace chooses for a pipeline outside of Unity Catalog."""
    return isinstance(value, str) and _DEFAULT_STORAGE.fullmatch(value) is not None


def _named(workspace: Workspace, name: str) -> list[Answer]:
    quoted = name.replace("'", "''")
    listed = workspace.get(_PIPELINES, filter=f"name LIKE '{quoted}'").get("statuses") or []
    return [dict(pipeline) for pipeline in listed if pipeline.get("name") == name]
