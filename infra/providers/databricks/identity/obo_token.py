"""`databricks:index/oboToken:OboToken`: a personal access token for a service principal, `/api/2.0/token-management`.

Its value is in the answer of the create alone. One that has expired reads as gone, so that the next update makes another.
"""

from __future__ import annotations

import time

from infra.engine.ports import Timeouts, Unfindable
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.resource import Resource, found, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text
from infra.providers.databricks.workspace import Workspace

_TOKENS = "/api/2.0/token-management"


class OboToken(Resource):
    """A token; the server makes its id. Any change replaces it."""

    token = "databricks:index/oboToken:OboToken"
    shape = Shape(
        text("applicationId", required=True, replaces=True),
        text("comment", replaces=True),
        integer("lifetimeSeconds", replaces=True),
        PROVIDER_CONFIG,
        text("tokenValue", output=True, secret=True),
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        raise Unfindable("a token is told once, when it is made: one whose answer was lost is of no use. Revoke it by hand")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        answer = workspace.post(f"{_TOKENS}/on-behalf-of/tokens", documents.body(self.shape, inputs))
        id = str(answer["token_info"]["token_id"])
        return id, self._stored(workspace, id, inputs | {"tokenValue": answer.get("token_value")}, answer["token_info"])

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        information = (found(workspace, path(f"{_TOKENS}/tokens", id)) or {}).get("token_info")
        if information is None or 0 < int(information.get("expiry_time") or 0) < time.time() * 1000:
            return None
        return self._stored(workspace, id, known, information)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return olds | news

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(f"{_TOKENS}/tokens", id))

    def _stored(self, workspace: Workspace, id: str, known: Properties, information: Properties) -> Properties:
        kept = {name: known.get(name) for name in self.shape}
        return self.outputs(workspace, id, {"comment": information.get("comment") or None}, kept)
