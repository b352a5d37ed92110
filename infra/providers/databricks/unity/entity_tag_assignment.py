"""`databricks:index/entityTagAssignment:EntityTagAssignment`: a tag on a securable or a column.

`/api/2.1/unity-catalog/entity-tag-assignments`. Its id in the state is the word `id`, as the official provider has it; what
names it are its properties.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import Resource, found, path, posted
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace

_ASSIGNMENTS: Final = "/api/2.1/unity-catalog/entity-tag-assignments"
_NAMES: Final = ("entityType", "entityName", "tagKey")
_ONLY_ID: Final = "id"


class EntityTagAssignment(Resource):
    """One tag of one entity. It is imported by `type,name,key`."""

    token = "databricks:index/entityTagAssignment:EntityTagAssignment"
    shape = Shape(
        text("entityName", required=True, replaces=True),
        text("entityType", required=True, replaces=True),
        PROVIDER_CONFIG,
        text("sourceType", output=True),
        text("tagKey", required=True, replaces=True),
        text("tagValue"),
        text("updateTime", output=True),
        text("updatedBy", output=True),
        framework=True,
    )

    def official_id(self, id: str, outputs: Properties) -> str:
        return _ONLY_ID

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        return None if self._look(workspace, inputs) is None else _ONLY_ID

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        answer = posted(workspace, _ASSIGNMENTS, documents.body(self.shape, inputs), lambda: self._look(workspace, inputs))
        return _ONLY_ID, self.outputs(workspace, _ONLY_ID, answer, {})

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        values = known if known.get("tagKey") else _imported(id)
        answer = self._look(workspace, values)
        return None if answer is None else self.outputs(workspace, _ONLY_ID, answer, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        answer = workspace.patch(_at(news), documents.body(self.shape, news), update_mask="tag_value")
        return self.outputs(workspace, _ONLY_ID, answer, {})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(_at(outputs))

    def _look(self, workspace: Workspace, values: Properties) -> Answer | None:
        return found(workspace, _at(values))


def _at(values: Properties) -> str:
    kind, name, key = (str(values[part]) for part in _NAMES)
    return path(f"{path(path(_ASSIGNMENTS, kind), name)}/tags", key)


def _imported(id: str) -> Properties:
    parts = id.split(",")
    if len(parts) != len(_NAMES) or not all(parts):
        raise ProviderError(f"{id!r} is no tag of an entity: import it by <entity type>,<entity name>,<tag key>")
    return dict(zip(_NAMES, parts, strict=True))
