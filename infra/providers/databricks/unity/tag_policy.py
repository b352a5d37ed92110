"""`databricks:index/tagPolicy:TagPolicy`: governed tags and the values that they may have, `/api/2.1/tag-policies`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, made_since, path, picked, posted
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, blocks, text
from infra.providers.databricks.workspace import Workspace

_POLICIES: Final = "/api/2.1/tag-policies"
_CHANGEABLE: Final = ("description", "values")


class TagPolicy(Resource):
    """A governed tag. The server makes its id; what names it is its key, by which it is imported."""

    token = "databricks:index/tagPolicy:TagPolicy"
    shape = Shape(
        text("createTime", output=True),
        text("description"),
        PROVIDER_CONFIG,
        text("tagKey", required=True, replaces=True),
        text("updateTime", output=True),
        blocks("values", text("name", required=True), unordered=True, key="name", sorts=True),
        framework=True,
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = self._look(workspace, inputs)
        return str(answer["id"]) if answer is not None and made_since(answer, since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = documents.body(self.shape, inputs)
        answer = posted(workspace, _POLICIES, body, lambda: self._look(workspace, inputs))
        return str(answer["id"]), self.outputs(workspace, "", answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = self._look(workspace, known if known.get("tagKey") else {"tagKey": id})
        return None if answer is None else self.outputs(workspace, "", answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_POLICIES, "tag_policies", "id", (("page_size", 1000),))

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, "", item, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        body = picked(documents.body(self.shape, news), "tag_key", *_CHANGEABLE)
        answer = workspace.patch(_at(news), body, update_mask=",".join(_CHANGEABLE))
        return self.outputs(workspace, "", answer, picked(news, *_CHANGEABLE))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(outputs))

    def outputs(self, workspace: Workspace, id: str, answer: Mapping[str, Any], known: Properties) -> Properties:
        return super().outputs(workspace, id, answer, known) | {"id": str(answer["id"])}

    def _look(self, workspace: Workspace, values: Properties) -> Answer | None:
        return found(workspace, _at(values))


def _at(values: Properties) -> str:
    return path(_POLICIES, str(values["tagKey"]))
