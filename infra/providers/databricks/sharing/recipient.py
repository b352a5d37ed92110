"""`databricks:index/recipient:Recipient`: whom data is shared with, Unity Catalog's `/api/2.1/unity-catalog/recipients`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, at_most_one, found, made_since, path, posted
from infra.providers.databricks.shapes import (
    AUTO_NAME,
    PROVIDER_CONFIG,
    Shape,
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

_RECIPIENTS: Final = "/api/2.1/unity-catalog/recipients"
_CHANGED: Final = ("comment", "expiration_time", "ip_access_list", "properties_kvpairs")


class Recipient(Resource):
    """A recipient. Its id is its name, which Unity Catalog keeps in lower case."""

    token = "databricks:index/recipient:Recipient"
    shape = Shape(
        flag("activated", output=True, absent=False),
        text("activationUrl", output=True, absent=""),
        text("authenticationType", required=True, replaces=True, choices=("TOKEN", "DATABRICKS")),
        text("cloud", output=True, absent=""),
        text("comment"),
        integer("createdAt", output=True, absent=0),
        text("createdBy", output=True, absent=""),
        text("dataRecipientGlobalMetastoreId", replaces=True),
        integer("expirationTime", absent=0),
        zero_block("ipAccessList", texts("allowedIpAddresses")),
        text("metastoreId", output=True, absent=""),
        text("name", replaces=True, default=AUTO_NAME, alike=any_case),
        text("owner", computed=True),
        zero_block("propertiesKvpairs", mapping("properties", required=True), computed=True),
        PROVIDER_CONFIG,
        text("recipientId", wire="id", computed=True, derived=True, local=True),
        text("region", output=True, absent=""),
        text("sharingCode", replaces=True, computed=True, derived=True, secret=True),
        zero_blocks(
            "tokens",
            text("activationUrl"),
            integer("createdAt"),
            text("createdBy"),
            integer("expirationTime"),
            text("id"),
            integer("updatedAt"),
            text("updatedBy"),
            computed=True,
            derived=True,
        ),
        integer("updatedAt", output=True, absent=0),
        text("updatedBy", output=True, absent=""),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from at_most_one(inputs, ("dataRecipientGlobalMetastoreId", "ipAccessList"), "a recipient")

    def identity(self, inputs: Properties) -> str:
        name = inputs.get("name")
        return name.lower() if isinstance(name, str) else ""

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_RECIPIENTS, id)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        body = documents.compact(documents.body(self.shape, inputs))
        answer = posted(workspace, _RECIPIENTS, body, lambda: found(workspace, path(_RECIPIENTS, id)))
        id = str(answer.get("name") or id)
        return id, self._stored(workspace, id, answer)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_RECIPIENTS, id))
        return None if answer is None else self._stored(workspace, id, answer)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, news)
        change = {name: wanted[name] for name in _CHANGED if name in wanted}
        change |= {"comment": ""} if olds.get("comment") and not news.get("comment") else {}
        if news.get("owner") and news["owner"] != olds.get("owner"):
            change["owner"] = news["owner"]
        return self._stored(workspace, id, workspace.patch(path(_RECIPIENTS, id), change))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_RECIPIENTS, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer) -> Properties:
        """Without the properties that Databricks adds by itself."""
        pairs = (answer.get("properties_kvpairs") or {}).get("properties") or {}
        own = {name: value for name, value in pairs.items() if not name.startswith("databricks.")}
        shown = {name: value for name, value in answer.items() if name not in {"id", "properties_kvpairs"}}
        shown |= {"properties_kvpairs": {"properties": own}} if own else {}
        return self.outputs(
            workspace, id, shown | ({"comment": None} if not answer.get("comment") else {}), {"recipientId": id}
        )
