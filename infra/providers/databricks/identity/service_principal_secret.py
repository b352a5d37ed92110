"""`databricks:index/servicePrincipalSecret:ServicePrincipalSecret`: what a service principal signs in by (OAuth M2M).

The secret is in the answer of the create alone. One that has expired reads as gone, so that the next update makes another.
"""

from __future__ import annotations

from datetime import UTC, datetime

from infra.engine.ports import Timeouts, Unfindable
from infra.engine.values import Properties
from infra.providers.databricks.errors import Unconfirmed
from infra.providers.databricks.identity.scim import level_field, levelled
from infra.providers.databricks.resource import Resource, found, path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, text
from infra.providers.databricks.workspace import Workspace


class ServicePrincipalSecret(Resource):
    """A secret of a service principal; the server makes its id. A new `timeRotating` replaces it."""

    token = "databricks:index/servicePrincipalSecret:ServicePrincipalSecret"
    shape = Shape(
        level_field(replaces=True),
        text("createTime", computed=True, derived=True),
        text("expireTime", computed=True, derived=True),
        text("lifetime", computed=True, local=True, replaces=True, absent=""),
        PROVIDER_CONFIG,
        text("secret", computed=True, local=True, secret=True),
        text("secretHash", computed=True, derived=True),
        text("servicePrincipalId", required=True, replaces=True),
        text("servicePrincipalSecretId", wire="id", computed=True, derived=True),
        text("status", computed=True, derived=True),
        text("timeRotating", local=True, replaces=True),
        text("updateTime", computed=True, derived=True),
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        raise Unfindable("a secret is told once, when it is made: one whose answer was lost is of no use. Delete it by hand")

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        wanted = {"lifetime": inputs["lifetime"]} if inputs.get("lifetime") else {}
        try:
            answer = workspace.post(_at(workspace, inputs), wanted)
        except Unconfirmed as error:
            raise Unconfirmed(f"{error}; if a secret was made, nobody knows it: delete it by hand") from error
        id = str(answer["id"])
        return id, self._stored(workspace, id, answer, inputs | {"secret": answer.get("secret")})

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        if not known.get("servicePrincipalId"):
            return None  # an import knows no principal, and the id is not to be found without
        answer = found(workspace, _at(workspace, known)) or {}
        for secret in answer.get("secrets") or ():
            if str(secret.get("id")) == id and not _expired(str(secret.get("expire_time") or "")):
                return self._stored(workspace, id, secret, known)
        return None

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return olds | news

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_at(workspace, outputs), id))

    def _stored(self, workspace: Workspace, id: str, answer: Properties, known: Properties) -> Properties:
        kept = {name: known.get(name) for name in ("api", "lifetime", "secret", "servicePrincipalId", "timeRotating")}
        return levelled(workspace, self.outputs(workspace, id, answer, kept))


def _at(workspace: Workspace, values: Properties) -> str:
    accounts = workspace.account() if workspace.at_account(values) else "/api/2.0/accounts"
    return f"{path(f'{accounts}/servicePrincipals', str(values['servicePrincipalId']))}/credentials/secrets"


def _expired(time: str) -> bool:
    return bool(time) and datetime.fromisoformat(time) < datetime.now(UTC)
