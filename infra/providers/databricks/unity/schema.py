"""`databricks:index/schema:Schema`: Unity Catalog's `/api/2.1/unity-catalog/schemas`."""

from __future__ import annotations

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted, zeroes
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, flag, mapping, text
from infra.providers.databricks.workspace import Workspace

_SCHEMAS = "/api/2.1/unity-catalog/schemas"
_CREATE = ("catalog_name", "name", "comment", "properties", "storage_root")
_LATER = ("owner", "enable_predictive_optimization")


class Schema(Resource):
    """A schema. Its id is `catalog.schema`; another name is another schema."""

    token = "databricks:index/schema:Schema"
    shape = Shape(
        text("catalogName", required=True, replaces=True),
        text("comment"),
        text("enablePredictiveOptimization", computed=True, choices=("DISABLE", "ENABLE", "INHERIT")),
        flag("forceDestroy", local=True, absent=False),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME, replaces=True),
        text("owner", computed=True),
        mapping("properties"),
        PROVIDER_CONFIG,
        text("schemaId", output=True),
        text("storageRoot", replaces=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "catalogName", "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_SCHEMAS, id)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        wanted = documents.body(self.shape, inputs)
        answer = posted(workspace, _SCHEMAS, picked(wanted, *_CREATE), lambda: found(workspace, path(_SCHEMAS, id)))
        later = picked(wanted, *_LATER)
        if later:
            try:
                answer = workspace.patch(path(_SCHEMAS, id), later)
            except ProviderError as error:
                raise Incomplete(id, self.outputs(workspace, id, answer, inputs), error) from error
        return id, self.outputs(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_SCHEMAS, id))
        return None if answer is None else self.outputs(workspace, id, answer, self.locals(known))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_SCHEMAS, "schemas", "full_name", (("catalog_name", id.partition(".")[0]), ("max_results", 0)))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, self.expected(olds, news))
        change = picked(wanted, "comment", "properties", *_LATER) | zeroes(olds, news, comment="", properties={})
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        answer = workspace.patch(path(_SCHEMAS, id), change)
        return self.outputs(workspace, id, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        query = {"force": True} if outputs.get("forceDestroy") else {}
        workspace.delete(path(_SCHEMAS, id), **query)
