"""`databricks:index/registeredModel:RegisteredModel`: models in a schema, `/api/2.1/unity-catalog/models`.

Aliases point at versions, which MLflow makes: they are sent with the model and answered by nobody, so they stay as given.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted, zeroes
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, flag, integer, text, zero_blocks
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_MODELS: Final = "/api/2.1/unity-catalog/models"


class RegisteredModel(Resource):
    """A model. Its id is `catalog.schema.model`."""

    token = "databricks:index/registeredModel:RegisteredModel"
    shape = Shape(
        zero_blocks(
            "aliases",
            text("aliasName"),
            text("catalogName"),
            text("id"),
            text("modelName"),
            text("schemaName"),
            integer("versionNum"),
            absent=[],
        ),
        flag("browseOnly", absent=False),
        text("catalogName", replaces=True, alike=any_case),
        text("comment"),
        integer("createdAt", computed=True, derived=True),
        text("createdBy", computed=True, derived=True),
        text("fullName", computed=True, derived=True),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME, replaces=True, alike=any_case),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        text("schemaName", replaces=True, alike=any_case),
        text("storageLocation", computed=True, derived=True, replaces=True),
        integer("updatedAt", computed=True, derived=True),
        text("updatedBy", computed=True, derived=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "catalogName", "schemaName", "name").lower()

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_MODELS, id)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        wanted = documents.body(self.shape, inputs)
        answer = posted(workspace, _MODELS, wanted, lambda: found(workspace, path(_MODELS, id)))
        id = str(answer["full_name"])
        if "owner" in wanted:
            try:
                answer = workspace.patch(path(_MODELS, id), picked(wanted, "owner"))
            except ProviderError as error:
                raise Incomplete(id, self.outputs(workspace, id, answer, inputs), error) from error
        return id, self.outputs(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_MODELS, id))
        return None if answer is None else self.outputs(workspace, id, answer, picked(known, "aliases"))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        catalog, schema = id.split(".")[:2]
        query = (("catalog_name", catalog), ("schema_name", schema), ("max_results", 0))
        return Listing(_MODELS, "registered_models", "full_name", query)

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, item, picked(known, "aliases"))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        change = picked(documents.body(self.shape, news), "comment", "owner", "aliases") | zeroes(olds, news, comment="")
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        answer = workspace.patch(path(_MODELS, id), change)
        return self.outputs(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_MODELS, id))
