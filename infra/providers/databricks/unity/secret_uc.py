"""`databricks:index/secretUc:SecretUc`: secrets in a schema, `/api/2.1/unity-catalog/secrets`.

No answer holds the value; it stays as it was given, and so does the owner.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties, Value
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace

_SECRETS: Final = "/api/2.1/unity-catalog/secrets"
#: The id of every secret in the state: the official provider has none for them.
_ONLY_ID: Final = "missing ID"
_CHANGEABLE: Final = ("comment", "expire_time", "owner", "value")


def same_time(old: Value, new: Value) -> bool:
    """Two times in RFC 3339 that are the same moment."""
    try:
        return datetime.fromisoformat(str(old)) == datetime.fromisoformat(str(new))
    except (ValueError, TypeError):
        return False


class SecretUc(Resource):
    """A secret in Unity Catalog. It is imported by its full name."""

    token = "databricks:index/secretUc:SecretUc"
    shape = Shape(
        text("catalogName", required=True, replaces=True),
        text("comment"),
        text("createTime", output=True),
        text("createdBy", output=True),
        text("effectiveOwner", output=True),
        text("effectiveValue", output=True, secret=True),
        text("expireTime", alike=same_time),
        text("fullName", output=True),
        text("metastoreId", output=True),
        text("name", default=AUTO_NAME, replaces=True),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        text("schemaName", required=True, replaces=True),
        text("updateTime", output=True),
        text("updatedBy", output=True),
        text("value", required=True, secret=True),
        framework=True,
    )

    def official_id(self, id: str, outputs: Properties) -> str:
        return _ONLY_ID

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = self._look(workspace, joined(inputs, "catalogName", "schemaName", "name"))
        return _ONLY_ID if made_since(answer, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = joined(inputs, "catalogName", "schemaName", "name")
        answer = posted(workspace, _SECRETS, documents.body(self.shape, inputs), lambda: self._look(workspace, name))
        return _ONLY_ID, self._stored(workspace, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        name = str(known.get("fullName") or joined(known, "catalogName", "schemaName", "name") or id)
        answer = self._look(workspace, name)
        return None if answer is None else self._stored(workspace, answer, known)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        body = documents.body(self.shape, self.expected(olds, news))
        answer = workspace.patch(path(_SECRETS, str(olds["fullName"])), body, update_mask=",".join(_CHANGEABLE))
        return self._stored(workspace, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_SECRETS, str(outputs["fullName"])))

    def _look(self, workspace: Workspace, name: str) -> Answer | None:
        return found(workspace, path(_SECRETS, name))

    def _stored(self, workspace: Workspace, answer: Answer, known: Properties) -> Properties:
        told = {key: value for key, value in answer.items() if key != "value"}
        kept = picked(known, "value", "owner")
        if kept.get("owner"):
            told["owner"] = kept["owner"]
        if same_time(known.get("expireTime"), told.get("expire_time")):
            told["expire_time"] = known["expireTime"]
        return self.outputs(workspace, _ONLY_ID, told, kept)
