"""`databricks:index/volume:Volume`: Unity Catalog's `/api/2.1/unity-catalog/volumes`."""

from __future__ import annotations

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted, zeroes
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace

_VOLUMES = "/api/2.1/unity-catalog/volumes"
_CREATE = ("catalog_name", "schema_name", "name", "volume_type", "storage_location", "comment")


class Volume(Resource):
    """A volume. Its id is `catalog.schema.volume`; renaming is an update in place."""

    token = "databricks:index/volume:Volume"
    shape = Shape(
        text("catalogName", required=True, replaces=True),
        text("comment"),
        text("name", default=AUTO_NAME),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        text("schemaName", required=True, replaces=True),
        text("storageLocation", computed=True, derived=True, replaces=True),
        text("volumePath", local=True, output=True),
        text("volumeType", required=True, replaces=True, choices=("MANAGED", "EXTERNAL")),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "catalogName", "schemaName", "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_VOLUMES, id)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        wanted = documents.body(self.shape, inputs)
        answer = posted(workspace, _VOLUMES, picked(wanted, *_CREATE), lambda: found(workspace, path(_VOLUMES, id)))
        if "owner" in wanted:
            try:
                answer = workspace.patch(path(_VOLUMES, id), {"owner": wanted["owner"]})
            except ProviderError as error:
                raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_VOLUMES, id))
        return None if answer is None else self._stored(workspace, id, answer, {})

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        catalog, schema = id.split(".")[:2]
        return Listing(
            _VOLUMES, "volumes", "full_name", (("catalog_name", catalog), ("schema_name", schema), ("max_results", 0))
        )

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        return self._stored(workspace, id, item, {})

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        change = picked(documents.body(self.shape, news), "comment", "owner") | zeroes(olds, news, comment="")
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        if news.get("name") != olds.get("name"):
            change["new_name"] = news["name"]
        answer = workspace.patch(path(_VOLUMES, id), change)
        return self._stored(workspace, str(answer.get("full_name") or id), answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_VOLUMES, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, answer, known | {"volumePath": "/Volumes/" + id.replace(".", "/")})
