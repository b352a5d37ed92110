"""`databricks:index/catalog:Catalog`: Unity Catalog's `/api/2.1/unity-catalog/catalogs`.

Quirks kept from the official provider: a new catalog's `default` schema is removed; owner, isolation and predictive
optimisation take a second call; an isolated catalog is bound to the calling workspace, which could not see it otherwise.
"""

from __future__ import annotations

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent, Incomplete
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, found, joined, made_since, path, picked, posted, zeroes
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, block, flag, integer, mapping, text
from infra.providers.databricks.unity.isolation import bind_here
from infra.providers.databricks.workspace import Workspace

_CATALOGS = "/api/2.1/unity-catalog/catalogs"
_LATER = ("owner", "isolation_mode", "enable_predictive_optimization")
_CREATE = (
    "name",
    "comment",
    "properties",
    "storage_root",
    "connection_name",
    "provider_name",
    "share_name",
    "options",
    "custom_max_retention_hours",
    "managed_encryption_settings",
)
_UPDATE = ("comment", "properties", "options", "custom_max_retention_hours", "managed_encryption_settings", *_LATER)


class Catalog(Resource):
    """A catalog. Its id is its name; renaming is an update in place."""

    token = "databricks:index/catalog:Catalog"
    shape = Shape(
        flag("browseOnly", absent=False, computed=True, local=True),
        text("catalogType", output=True),
        text("comment"),
        text("connectionName", replaces=True),
        integer("createdAt", output=True),
        text("createdBy", output=True),
        integer("customMaxRetentionHours", absent=0),
        block(
            "effectivePredictiveOptimizationFlag",
            text("inheritedFromName", absent=""),
            text("inheritedFromType", absent=""),
            text("value", required=True),
            computed=True,
            derived=True,
            attribute=True,
        ),
        text("enablePredictiveOptimization", computed=True, choices=("DISABLE", "ENABLE", "INHERIT")),
        flag("forceDestroy", local=True, absent=False),
        text("fullName", output=True),
        text("isolationMode", computed=True, choices=("OPEN", "ISOLATED", "ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")),
        block(
            "managedEncryptionSettings",
            block(
                "azureEncryptionSettings",
                text("azureCmkAccessConnectorId", absent=""),
                text("azureCmkManagedIdentityId", absent=""),
                text("azureTenantId", required=True),
            ),
            text("azureKeyVaultKeyId", absent=""),
            text("customerManagedKeyId", absent=""),
        ),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME),
        mapping("options"),
        text("owner", computed=True),
        mapping("properties"),
        PROVIDER_CONFIG,
        text("providerName", replaces=True),
        block("provisioningInfo", text("state", absent=""), computed=True, derived=True, attribute=True),
        text("securableType", output=True, absent=""),
        text("shareName", replaces=True),
        text("storageLocation", output=True, absent=""),
        text("storageRoot", replaces=True),
        integer("updatedAt", output=True),
        text("updatedBy", output=True),
    )

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if made_since(found(workspace, path(_CATALOGS, id)), since) else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = str(inputs["name"])
        wanted = documents.body(self.shape, inputs)
        at = path(_CATALOGS, name)
        answer = posted(workspace, _CATALOGS, picked(wanted, *_CREATE), lambda: found(workspace, at))
        try:
            if "share_name" not in wanted and "connection_name" not in wanted:
                _remove_default_schema(workspace, name)
            later = picked(wanted, *_LATER)
            if later:
                answer = workspace.patch(at, later)
                bind_here(workspace, "catalog", name, inputs)
        except ProviderError as error:
            raise Incomplete(name, self.outputs(workspace, name, answer, inputs), error) from error
        return name, self.outputs(workspace, name, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_CATALOGS, id))
        return None if answer is None else self.outputs(workspace, id, answer, self.locals(known))

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(_CATALOGS, "catalogs", "name", (("max_results", 0),))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = documents.body(self.shape, self.expected({}, news))
        change = picked(wanted, *_UPDATE) | zeroes(olds, news, comment="", properties={})
        if change.get("owner") == olds.get("owner"):
            change.pop("owner", None)
        name = str(news.get("name") or id)
        if name != id:
            change["new_name"] = name
        answer: Answer = workspace.patch(path(_CATALOGS, id), change)
        if news.get("isolationMode") != olds.get("isolationMode"):
            bind_here(workspace, "catalog", name, news)
        return self.outputs(workspace, name, answer, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        bind_here(workspace, "catalog", id, outputs)  # a binding that went first would hide it
        query = {"force": True} if outputs.get("forceDestroy") else {}
        workspace.delete(path(_CATALOGS, id), **query)


def _remove_default_schema(workspace: Workspace, name: str) -> None:
    try:
        workspace.delete(path("/api/2.1/unity-catalog/schemas", f"{name}.default"))
    except Absent:
        return  # a foreign or shared catalog has none
