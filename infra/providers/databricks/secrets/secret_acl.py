"""`databricks:index/secretAcl:SecretAcl`: `/api/2.0/secrets/acls`."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.resource import Resource, found, joined
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace

_ACLS = "/api/2.0/secrets/acls"
_BETWEEN = "|||"


class SecretAcl(Resource):
    """Who may do what with a scope. Its id is `scope|||principal`."""

    token = "databricks:index/secretAcl:SecretAcl"
    shape = Shape(
        text("permission", required=True, replaces=True, choices=("READ", "WRITE", "MANAGE")),
        text("principal", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("scope", required=True, replaces=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "scope", "principal", by=_BETWEEN)

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        body = documents.body(self.shape, inputs)
        workspace.post(f"{_ACLS}/put", body, repeatable=True)
        return id, self.outputs(workspace, id, body, {})

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        scope, _, principal = id.partition(_BETWEEN)
        answer = found(workspace, f"{_ACLS}/get", scope=scope, principal=principal)
        return None if answer is None else self.outputs(workspace, id, answer | {"scope": scope}, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self.create(workspace, news, limits)[1]

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        scope, _, principal = id.partition(_BETWEEN)
        workspace.post(f"{_ACLS}/delete", {"scope": scope, "principal": principal}, repeatable=True)
