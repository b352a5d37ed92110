"""`databricks:index/sqlGlobalConfig:SqlGlobalConfig`: what all SQL warehouses of a workspace have in common.

`/api/2.0/sql/config/warehouses`, always there: a create changes it, a delete sets it back.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, flag, mapping, text
from infra.providers.databricks.workspace import Workspace

_CONFIG: Final = "/api/2.0/sql/config/warehouses"
_ID: Final = "global"
_USUAL: Final = "DATA_ACCESS_CONTROL"


class SqlGlobalConfig(Resource):
    """The common configuration. Its id is `global`."""

    token = "databricks:index/sqlGlobalConfig:SqlGlobalConfig"
    shape = Shape(
        mapping("dataAccessConfig"),
        flag("enableServerlessCompute", computed=True, absent=False),
        text("googleServiceAccount"),
        text("instanceProfileArn"),
        PROVIDER_CONFIG,
        text("securityPolicy", default=_USUAL),
        mapping("sqlConfigParams", local=True),
    )

    def identity(self, inputs: Properties) -> str:
        return _ID

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        serverless = inputs.get("enableServerlessCompute")
        if serverless is None:  # what the program does not say stays as it is
            serverless = bool(workspace.get(_CONFIG).get("enable_serverless_compute"))
        return _ID, self._put(workspace, inputs | {"enableServerlessCompute": serverless})

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = workspace.get(_CONFIG)
        pairs = {str(pair["key"]): str(pair["value"]) for pair in answer.get("data_access_config") or ()}
        shown = {name: value for name, value in answer.items() if value != ""}
        return self.outputs(workspace, _ID, shown | {"data_access_config": pairs or None}, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self._put(workspace, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        serverless = bool(outputs.get("enableServerlessCompute"))
        workspace.put(_CONFIG, _body({"securityPolicy": _USUAL, "enableServerlessCompute": serverless}))

    def _put(self, workspace: Workspace, values: Properties) -> Properties:
        workspace.put(_CONFIG, _body(values))
        return self.outputs(workspace, _ID, {}, values)


def _body(values: Properties) -> Answer:
    """The whole configuration, which a request replaces."""
    body: Answer = {
        "security_policy": values.get("securityPolicy"),
        "data_access_config": _pairs(values.get("dataAccessConfig")),
        "enable_serverless_compute": bool(values.get("enableServerlessCompute")),
        "instance_profile_arn": values.get("instanceProfileArn"),
        "google_service_account": values.get("googleServiceAccount"),
    }
    if values.get("sqlConfigParams"):
        body["sql_configuration_parameters"] = {"configuration_pairs": _pairs(values["sqlConfigParams"])}
    return {name: value for name, value in body.items() if value not in (None, "")}


def _pairs(values: Properties | None) -> list[Answer]:
    return [{"key": key, "value": value} for key, value in sorted((values or {}).items())]
