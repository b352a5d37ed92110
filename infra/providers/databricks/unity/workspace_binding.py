"""`databricks:index/workspaceBinding:WorkspaceBinding`: which workspaces may use an isolated securable.

`/api/2.1/unity-catalog/bindings`. Nothing of a binding can be changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, exactly_one, joined, picked
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.unity.isolation import READ_ONLY, READ_WRITE, address
from infra.providers.databricks.workspace import Workspace

_BINDABLE: Final = ("catalog", "external_location", "storage_credential", "credential")


class WorkspaceBinding(Resource):
    """A binding of one securable to one workspace. Its id is `workspace|type|name`."""

    token = "databricks:index/workspaceBinding:WorkspaceBinding"
    version = 1
    shape = Shape(
        text("bindingType", usual=READ_WRITE, absent=READ_WRITE, replaces=True, choices=(READ_WRITE, READ_ONLY)),
        text("catalogName", replaces=True, local=True),
        PROVIDER_CONFIG,
        text("securableName", computed=True),
        text("securableType", default="catalog", replaces=True, choices=_BINDABLE),
        text("workspaceId", required=True, replaces=True, numeral=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from exactly_one(inputs, ("catalogName", "securableName"), "a binding")
        number = inputs.get("workspaceId")
        if number is not UNKNOWN and not str(number).isdigit():
            yield CheckFailure("workspaceId", f"is {number!r}, not a workspace's number")

    def identity(self, inputs: Properties) -> str:
        return joined(_named(inputs), "workspaceId", "securableType", "securableName", by="|")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        id = self.identity(inputs)
        return id if self.read(workspace, id, {}) else None

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        for path, kind, forces in super().differences(olds, news):
            yield path, kind, forces or path == "securableName"

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        named = _named(inputs)
        workspace.patch(_at(named), {"add": [self._body(named)]})
        id = self.identity(inputs)
        return id, self.outputs(workspace, id, {}, named)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        number, kind, name = _parts(id)
        listing = Listing(address(kind, name), "bindings", "workspace_id")
        try:
            bindings = {str(binding["workspace_id"]): binding for binding in pages(workspace, listing)}
        except Absent:
            return None
        if number not in bindings:
            return None
        answer = {"securable_name": name, "securable_type": kind} | bindings[number]
        return self.outputs(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return self.outputs(workspace, id, {}, self.expected(olds, news))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.patch(_at(_named(outputs)), {"remove": [self._body(outputs)]})

    def _body(self, values: Properties) -> Answer:
        body = picked(documents.body(self.shape, values), "binding_type")
        return {"binding_type": READ_WRITE} | body | {"workspace_id": int(values["workspaceId"])}


def _named(values: Properties) -> Properties:
    """The values with the securable's name, which an old program gives as that of a catalog."""
    return values | {"securableName": values.get("securableName") or values.get("catalogName")}


def _at(values: Properties) -> str:
    return address(str(values["securableType"]), str(values["securableName"]))


def _parts(id: str) -> list[str]:
    parts = id.split("|")
    if len(parts) != 3:
        raise ValueError(f"{id!r} is no id of a binding: write <workspace id>|<securable type>|<securable name>")
    return [parts[0], parts[1].replace("-", "_"), parts[2]]
