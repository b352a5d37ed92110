"""`databricks:index/entitlements:Entitlements`: all entitlements of a principal that is managed elsewhere.

It and the flags of a `Group`, `User` or `ServicePrincipal` overwrite each other, as with the official provider: use either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks.identity.scim import (
    ENTITLEMENTS,
    ENTITLEMENTS_WIRE,
    SCIM,
    entitled,
    entitlement_fields,
    held,
    patched,
)
from infra.providers.databricks.resource import Resource, exactly_one, found, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace

#: Property that names the principal, and how the id and the API call its kind.
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "groupId": ("group", "Groups"),
    "userId": ("user", "Users"),
    "servicePrincipalId": ("spn", "ServicePrincipals"),
}
_BY_KIND: Final = {kind: (name, collection) for name, (kind, collection) in _KINDS.items()}


class Entitlements(Resource):
    """A principal's entitlements. Its id is `group/<id>`, `user/<id>` or `spn/<id>`."""

    token = "databricks:index/entitlements:Entitlements"
    shape = Shape(
        *entitlement_fields(),
        text("groupId", replaces=True),
        PROVIDER_CONFIG,
        text("servicePrincipalId", replaces=True),
        text("userId", replaces=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        return exactly_one(inputs, tuple(_KINDS), "a set of entitlements")

    def identity(self, inputs: Properties) -> str:
        given = next((name for name in _KINDS if inputs.get(name) not in (None, "", UNKNOWN)), "")
        return f"{_KINDS[given][0]}/{inputs[given]}" if given else ""

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        id = self.identity(inputs)
        return id, self.update(workspace, id, {}, inputs, limits)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, _at(id), attributes="entitlements")
        return None if answer is None else self._stored(workspace, id, held(answer))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        patched(workspace, _at(id), {"op": "replace", "path": "entitlements", "value": entitled(news)})
        return self._stored(workspace, id, {name: bool(news.get(name)) for name in ENTITLEMENTS})

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        values = entitled(outputs)
        if values:
            patched(workspace, _at(id), {"op": "remove", "path": "entitlements", "value": values})

    def _stored(self, workspace: Workspace, id: str, flags: Mapping[str, bool]) -> Properties:
        kind, _, principal = id.partition("/")
        answer = {ENTITLEMENTS_WIRE[name]: value for name, value in flags.items()}
        return self.outputs(workspace, id, answer, {_BY_KIND[kind][0]: principal})


def _at(id: str) -> str:
    kind, _, principal = id.partition("/")
    return path(f"{SCIM}/{_BY_KIND[kind][1]}", principal)
