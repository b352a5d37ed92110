"""`databricks:index/alertV2:AlertV2`: alerts with a query and a schedule of their own, `/api/2.0/alerts`."""

from __future__ import annotations

from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, found, made_since, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Field, Shape, block, blocks, flag, integer, number, text
from infra.providers.databricks.workspace import Workspace

_ALERTS: Final = "/api/2.0/alerts"
#: What an update replaces, whether it has changed or not.
_REPLACED: Final = (
    "custom_description,custom_summary,display_name,evaluation,parameters,parent_path,query_text,run_as,run_as_user_name,"
    "schedule,warehouse_id"
)


def _column(name: str, **options: bool) -> Field:
    return block(name, text("aggregation"), text("display"), text("name", required=True), **options)


def _evaluation() -> Field:
    return block(
        "evaluation",
        text("comparisonOperator", required=True),
        text("emptyResultState"),
        text("lastEvaluatedAt", computed=True, derived=True),
        block(
            "notification",
            flag("effectiveNotifyOnOk", computed=True, derived=True),
            integer("effectiveRetriggerSeconds", computed=True, derived=True),
            flag("notifyOnOk"),
            integer("retriggerSeconds"),
            blocks("subscriptions", text("destinationId"), text("userEmail")),
        ),
        _column("source", required=True),
        text("state", computed=True, derived=True),
        block(
            "threshold",
            _column("column"),
            block("value", flag("boolValue"), number("doubleValue"), text("stringValue")),
        ),
        required=True,
    )


class AlertV2(Resource):
    """An alert."""

    token = "databricks:index/alertV2:AlertV2"
    shape = Shape(
        text("createTime", output=True),
        text("customDescription"),
        text("customSummary"),
        text("displayName", required=True),
        block("effectiveRunAs", text("servicePrincipalName"), text("userName"), output=True),
        _evaluation(),
        text("lifecycleState", output=True),
        text("ownerUserName", output=True),
        blocks("parameters", text("name", required=True), text("type"), text("value"), unordered=True),
        text("parentPath"),
        PROVIDER_CONFIG,
        flag("purgeOnDelete", local=True),
        text("queryText", required=True),
        block("runAs", text("servicePrincipalName"), text("userName")),
        text("runAsUserName"),
        block(
            "schedule",
            text("pauseStatus"),
            text("quartzCronSchedule", required=True),
            text("timezoneId", required=True),
            required=True,
        ),
        text("updateTime", output=True),
        text("warehouseId", required=True),
        framework=True,
    )

    @property
    def has_own_id(self) -> bool:
        """The API has it, and the official schema does not list it."""
        return True

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        made = [each for each in _named(workspace, str(inputs["displayName"])) if made_since(each, since)]
        if len(made) > 1:
            ids = ", ".join(str(each["id"]) for each in made)
            raise ProviderError(f"several alerts are called {inputs['displayName']!r} ({ids}): remove those that no one needs")
        return str(made[0]["id"]) if made else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        answer = workspace.post(_ALERTS, documents.body(self.shape, inputs))
        return str(answer["id"]), self.outputs(workspace, str(answer["id"]), answer, self._locals(inputs))

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_ALERTS, id))
        if answer is None or answer.get("lifecycle_state") == "DELETED":
            return None
        return self.outputs(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        body = documents.body(self.shape, news) | {"id": id}
        answer = workspace.patch(f"{path(_ALERTS, id)}?update_mask={_REPLACED.replace(',', '%2C')}", body)
        return self.outputs(workspace, id, answer, self._locals(news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_ALERTS, id), **({"purge": True} if outputs.get("purgeOnDelete") else {}))

    def _locals(self, inputs: Properties) -> Properties:
        return {name: value for name, value in inputs.items() if self.shape[name].local}


def _named(workspace: Workspace, name: str) -> list[Answer]:
    listed = pages(workspace, Listing(_ALERTS, "alerts", "id", (("page_size", 100),)))
    return [alert for alert in listed if alert.get("display_name") == name and alert.get("lifecycle_state") != "DELETED"]
