"""`databricks:index/qualityMonitor:QualityMonitor`: monitors of tables, `/api/2.1/unity-catalog/tables/{name}/monitor`.

A monitor is waited for until it is active.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.resource import Resource, exactly_one, found, path, posted
from infra.providers.databricks.shapes import Shape, block, blocks, flag, integer, text, texts
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_TABLES: Final = "/api/2.1/unity-catalog/tables"
_PROFILES: Final = ("inferenceLog", "snapshot", "timeSeries")
_ENDED: Final = frozenset({"MONITOR_STATUS_ERROR", "MONITOR_STATUS_FAILED"})
_ACTIVE: Final = "MONITOR_STATUS_ACTIVE"
#: Seconds until a monitor is active, at most.
_PATIENCE: Final = 900.0


class QualityMonitor(Resource):
    """The monitor of a table. Its id is the table's name."""

    token = "databricks:index/qualityMonitor:QualityMonitor"
    shape = Shape(
        text("assetsDir", required=True),
        text("baselineTableName"),
        blocks(
            "customMetrics",
            text("definition", required=True),
            texts("inputColumns", required=True),
            text("name", required=True),
            text("outputDataType", required=True),
            text("type", required=True),
            absent=[],
        ),
        text("dashboardId", output=True),
        block("dataClassificationConfig", flag("enabled"), listed=True),
        text("driftMetricsTableName", output=True),
        block(
            "inferenceLog",
            texts("granularities", required=True),
            text("labelCol"),
            text("modelIdCol", required=True),
            text("predictionCol", required=True),
            text("predictionProbaCol"),
            text("problemType", required=True),
            text("timestampCol", required=True),
            listed=True,
        ),
        text("latestMonitorFailureMsg"),
        text("monitorId", wire="id", computed=True, derived=True, local=True),
        integer("monitorVersion", output=True),
        block(
            "notifications",
            block("onFailure", texts("emailAddresses"), listed=True),
            block("onNewClassificationTagDetected", texts("emailAddresses"), listed=True),
            listed=True,
        ),
        text("outputSchemaName", required=True, alike=any_case),
        text("profileMetricsTableName", output=True),
        block("providerConfig", text("workspaceId", required=True), computed=True, local=True, listed=True),
        block(
            "schedule",
            text("pauseStatus", computed=True, derived=True),
            text("quartzCronExpression", required=True),
            text("timezoneId", required=True),
            listed=True,
        ),
        flag("skipBuiltinDashboard"),
        texts("slicingExprs"),
        block("snapshot", listed=True),
        text("status", output=True),
        text("tableName", required=True, alike=any_case),
        block("timeSeries", texts("granularities", required=True), text("timestampCol", required=True), listed=True),
        text("warehouseId"),
        framework=True,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        return exactly_one(inputs, _PROFILES, "a monitor")

    def identity(self, inputs: Properties) -> str:
        return str(inputs.get("tableName") or "")

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        """The monitor of another table is another one."""
        for at, kind, forces in super().differences(olds, news):
            yield at, kind, forces or at == "tableName"

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return None if found(workspace, _at(id)) is None else id

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        body = self._body(inputs)
        answer = posted(workspace, _at(id), body, lambda: found(workspace, _at(id)))
        try:
            answer = _active(workspace, id, answer, limits.create or _PATIENCE)
        except ProviderError as error:
            raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, _at(id))
        return None if answer is None else self._stored(workspace, id, answer, known)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        body = self._body(news) | {"dashboard_id": olds.get("dashboardId")}
        for local in ("assets_dir", "skip_builtin_dashboard", "warehouse_id"):
            body.pop(local, None)
        if "schedule" in body:
            body["schedule"].pop("pause_status", None)
        answer = workspace.put(_at(id), {key: value for key, value in body.items() if value is not None})
        return self._stored(workspace, id, _active(workspace, id, answer, limits.update or _PATIENCE), news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(id))

    def outputs(self, workspace: Workspace, id: str, answer: Mapping[str, Any], known: Properties) -> Properties:
        values = super().outputs(workspace, id, answer, known)
        values.pop("providerConfig", None)  # the official provider leaves it out of this type's state
        return values

    def _body(self, inputs: Properties) -> Answer:
        body = documents.body(self.shape, inputs)
        body.pop("table_name", None)
        return body

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        kept = {name: known.get(name) for name in ("warehouseId", "skipBuiltinDashboard")}
        return self.outputs(workspace, id, answer, kept | {"monitorId": id})


def _at(table: str) -> str:
    return f"{path(_TABLES, table)}/monitor"


def _active(workspace: Workspace, id: str, answer: Answer, limit: float) -> Answer:
    waited, pause = 0.0, 0.2
    while answer.get("status") != _ACTIVE:
        if answer.get("status") in _ENDED:
            why = answer.get("latest_monitor_failure_msg") or "the workspace gives no reason"
            raise ProviderError(f"the monitor of {id} is {answer['status']}: {why}")
        if waited >= limit:
            raise ProviderError(f"the monitor of {id} is still {answer.get('status')} after {limit:.0f} s")
        workspace.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, 10.0)
        answer = workspace.get(_at(id))
    return answer
