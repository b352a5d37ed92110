"""`databricks:index/secretScope:SecretScope`: `/api/2.0/secrets/scopes`. A create answers nothing: all is known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.listings import Listing
from infra.providers.databricks.resource import Resource, joined, posted
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, block, text
from infra.providers.databricks.workspace import Workspace

_SCOPES = "/api/2.0/secrets/scopes"
_NAME = re.compile(r"[\w.@/-]{1,128}")


class SecretScope(Resource):
    """A secret scope. Its id is its name; it is never changed, only replaced."""

    token = "databricks:index/secretScope:SecretScope"
    version = 2
    shape = Shape(
        text("backendType", computed=True, derived=True),
        text("initialManagePrincipal", replaces=True, local=True),
        block(
            "keyvaultMetadata",
            text("dnsName", required=True, replaces=True),
            text("resourceId", required=True, replaces=True),
            replaces=True,
            api="backend_azure_keyvault",
        ),
        text("name", default=AUTO_NAME, replaces=True),
        PROVIDER_CONFIG,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        name = inputs.get("name")
        if isinstance(name, str) and not _NAME.fullmatch(name):
            yield CheckFailure("name", f"{name!r} is no scope name: up to 128 letters, digits and . _ @ / - are")

    def identity(self, inputs: Properties) -> str:
        return joined(inputs, "name")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        name = str(inputs["name"])
        wanted = documents.body(self.shape, inputs)
        body: Answer = {"scope": name, "scope_backend_type": "DATABRICKS"}
        if "backend_azure_keyvault" in wanted:
            body |= {"scope_backend_type": "AZURE_KEYVAULT", "backend_azure_keyvault": wanted["backend_azure_keyvault"]}
        if inputs.get("initialManagePrincipal"):
            body["initial_manage_principal"] = inputs["initialManagePrincipal"]
        posted(workspace, f"{_SCOPES}/create", body, lambda: _scope(workspace, name))
        return name, self.outputs(workspace, name, wanted | {"backend_type": body["scope_backend_type"]}, inputs)

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        return Listing(f"{_SCOPES}/list", "scopes", "name", paging="none")

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        answer = item | {"backend_azure_keyvault": item.get("keyvault_metadata")}
        return self.outputs(workspace, id, answer, self.locals(known))

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        scope = _scope(workspace, id)
        if scope is None:
            return None
        answer = {"name": id} | scope | {"backend_azure_keyvault": scope.get("keyvault_metadata")}
        return self.outputs(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self.outputs(workspace, id, documents.body(self.shape, news), self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.post(f"{_SCOPES}/delete", {"scope": id}, repeatable=True)


def _scope(workspace: Workspace, name: str) -> Answer | None:
    scopes = workspace.get(f"{_SCOPES}/list").get("scopes", [])
    return next((dict(scope) for scope in scopes if scope.get("name") == name), None)
