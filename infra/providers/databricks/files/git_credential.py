"""`databricks:index/gitCredential:GitCredential`: by what a user signs in to a Git provider, `/api/2.0/git-credentials`.

The token is never answered. `GITHUB_TOKEN` and its like are not consulted: the token is an input, or there is none.
"""

from __future__ import annotations

from typing import Final

from infra.engine.ports import ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Conflict
from infra.providers.databricks.resource import Resource, found, path
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, flag, text
from infra.providers.databricks.workspace import Workspace

_CREDENTIALS: Final = "/api/2.0/git-credentials"


class GitCredential(Resource):
    """A Git credential. Its id is the workspace's."""

    token = "databricks:index/gitCredential:GitCredential"
    version = 1
    shape = Shape(
        flag("force", local=True),
        text("gitEmail"),
        text("gitProvider", required=True),
        text("gitUsername", absent=""),
        flag("isDefaultForProvider"),
        text("name", default=AUTO_NAME),
        text("personalAccessToken", secret=True),
        text("principalId", numeral=True),
        PROVIDER_CONFIG,
    )

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """The one of this provider, user name and name; which of several it is, nothing tells."""
        wanted = documents.body(self.shape, inputs)
        alike = [
            credential
            for credential in _listed(workspace, inputs)
            if all(credential.get(name) == wanted.get(name) for name in ("git_provider", "name"))
        ]
        if len(alike) > 1:
            raise ProviderError(
                f"there are {len(alike)} Git credentials for {inputs['gitProvider']}: remove those that no one needs"
            )
        return str(alike[0]["credential_id"]) if alike else None

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        body = self._body(inputs)
        try:
            id = str(workspace.post(_CREDENTIALS, body)["credential_id"])
        except Conflict:
            if not inputs.get("force"):
                raise
            listed = _listed(workspace, inputs)
            if len(listed) != 1:
                raise
            id = str(listed[0]["credential_id"])
            workspace.patch(path(_CREDENTIALS, id), body)
        return id, self.outputs(workspace, id, {}, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_CREDENTIALS, id), **_principal(known))
        if answer is None:
            return None
        told = {name: answer.get(name) or "" for name in ("git_provider", "git_username")}
        kept = {name: value for name, value in known.items() if name in self.shape}
        return self.outputs(workspace, id, told, kept)

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        before, wanted = (documents.body(self.shape, values) for values in (olds, news))
        forced = {
            name: wanted.get(name) for name in ("is_default_for_provider", "name") if before.get(name) != wanted.get(name)
        }
        empty = {"is_default_for_provider": False, "name": ""}
        changed = {name: empty[name] if value is None else value for name, value in forced.items()}
        workspace.patch(path(_CREDENTIALS, id), self._body(news) | changed)
        return self.outputs(workspace, id, {}, news)

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_CREDENTIALS, id), **_principal(outputs))

    def _body(self, inputs: Properties) -> Answer:
        body = documents.compact(documents.body(self.shape, inputs))
        return body | ({"principal_id": int(body["principal_id"])} if body.get("principal_id") else {})


def _principal(values: Properties) -> Answer:
    return {"principal_id": values["principalId"]} if values.get("principalId") else {}


def _listed(workspace: Workspace, inputs: Properties) -> list[Answer]:
    return list(workspace.get(_CREDENTIALS, **_principal(inputs)).get("credentials") or ())
