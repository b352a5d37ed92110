"""`databricks:index/secret:Secret`: `/api/2.0/secrets`. The value is never read back: drift of it is not seen."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.resource import Resource, joined
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text
from infra.providers.databricks.workspace import Workspace

_BETWEEN = "|||"


class Secret(Resource):
    """A secret. Its id is `scope|||key`."""

    token = "databricks:index/secret:Secret"
    shape = Shape(
        text("configReference", output=True, local=True),
        text("key", required=True, replaces=True),
        integer("lastUpdatedTimestamp", output=True),
        PROVIDER_CONFIG,
        text("scope", required=True, replaces=True),
        text("stringValue", required=True, replaces=True, secret=True, local=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "scope", "key", by=_BETWEEN)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        body = {"scope": inputs["scope"], "key": inputs["key"], "string_value": inputs["stringValue"]}
        workspace.post("/api/2.0/secrets/put", body, repeatable=True)
        listed = _listed(workspace, str(inputs["scope"]), str(inputs["key"])) or {"key": inputs["key"]}
        return id, self._stored(workspace, id, listed, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        scope, _, key = id.partition(_BETWEEN)
        listed = _listed(workspace, scope, key)
        return None if listed is None else self._stored(workspace, id, listed, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self.create(workspace, news, limits)[1]

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        scope, _, key = id.partition(_BETWEEN)
        workspace.post("/api/2.0/secrets/delete", {"scope": scope, "key": key}, repeatable=True)

    def _stored(self, workspace: Workspace, id: str, listed: Answer, known: Properties) -> Properties:
        scope, _, key = id.partition(_BETWEEN)
        reference = {"configReference": f"{{{{secrets/{scope}/{key}}}}}"}
        return self.outputs(workspace, id, listed | {"scope": scope}, known | reference)


def _listed(workspace: Workspace, scope: str, key: str) -> Answer | None:
    try:
        secrets = workspace.get("/api/2.0/secrets/list", scope=scope).get("secrets", [])
    except Absent:
        return None
    return next((dict(secret) for secret in secrets if secret.get("key") == key), None)
