"""`databricks:index/repo:Repo`: Git folders, `/api/2.0/repos`. A branch or tag is checked out by a second call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from infra.engine.ports import CheckFailure, ProviderError, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Incomplete
from infra.providers.databricks.files.tree import make_folder
from infra.providers.databricks.listings import Listing, pages
from infra.providers.databricks.resource import Resource, at_most_one, found, path, posted
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, integer, text, texts, zero_block
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_REPOS: Final = "/api/2.0/repos"
#: The provider that stands at an address.
_BY_HOST: Final = {
    "github.com": "gitHub",
    "dev.azure.com": "azureDevOpsServices",
    "gitlab.com": "gitLab",
    "bitbucket.org": "bitbucketCloud",
}
_CODE_COMMIT: Final = re.compile(r"git-codecommit\.[^.]+\.amazonaws\.com")


class Repo(Resource):
    """A Git folder. Its id is the workspace's."""

    token = "databricks:index/repo:Repo"
    version = 1
    shape = Shape(
        text("branch", computed=True),
        text("commitHash", computed=True, derived=True, api="head_commit_id"),
        integer("gitCredentialId", local=True),
        text("gitProvider", replaces=True, computed=True, alike=any_case, api="provider"),
        text("path", replaces=True, computed=True),
        PROVIDER_CONFIG,
        zero_block("sparseCheckout", texts("patterns", required=True), replaces=True),
        text("tag", local=True),
        text("url", required=True, replaces=True),
        text("workspacePath", output=True, local=True),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        yield from at_most_one(inputs, ("branch", "tag"), "a Git folder")
        url, place = inputs.get("url"), inputs.get("path")
        if isinstance(url, str) and urlsplit(url).scheme not in {"http", "https"}:
            yield CheckFailure("url", f"is {url!r}, not an address that starts with https:// or http://")
        elif isinstance(url, str) and not inputs.get("gitProvider") and not _provider(url):
            yield CheckFailure("gitProvider", f"is needed: {url!r} does not tell which provider it is")
        parts = str(place).rstrip("/").split("/")
        if isinstance(place, str) and place.startswith("/Repos/") and len(parts) != 4:
            yield CheckFailure("path", f"is {place!r}; below /Repos it has three parts: /Repos/<folder>/<name>")

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        answer = _at(workspace, str(inputs["path"])) if inputs.get("path") else None
        if answer is None and not inputs.get("path"):
            raise ProviderError("a Git folder without a path cannot be told from others: look in your home folder")
        return None if answer is None else str(answer["id"])

    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        place, url = str(inputs.get("path") or ""), str(inputs["url"])
        body: Answer = {"url": url, "provider": inputs.get("gitProvider") or _provider(url)}
        if place:
            make_folder(workspace, str(PurePosixPath(place).parent))
            body["path"] = place
        if inputs.get("sparseCheckout"):
            body["sparse_checkout"] = {"patterns": inputs["sparseCheckout"]["patterns"]}
        answer = posted(workspace, _REPOS, body | _credential(inputs), lambda: _at(workspace, place) if place else None)
        id, wanted = str(answer["id"]), _checkout(inputs)
        if wanted and wanted.get("branch") != answer.get("branch"):
            try:
                workspace.patch(path(_REPOS, id), wanted | _credential(inputs))
                answer = workspace.get(path(_REPOS, id))
            except ProviderError as error:
                raise Incomplete(id, self._stored(workspace, id, answer, inputs), error) from error
        return id, self._stored(workspace, id, answer, inputs)

    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        answer = found(workspace, path(_REPOS, id))
        return None if answer is None else self._stored(workspace, id, answer, self.locals(known))

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        wanted = _checkout(news) or _checkout({"branch": olds.get("branch")})
        if news.get("sparseCheckout"):
            wanted["sparse_checkout"] = {"patterns": news["sparseCheckout"]["patterns"]}
        workspace.patch(path(_REPOS, id), wanted | _credential(news))
        switched = not news.get("tag") and wanted.get("branch") != olds.get("branch")
        return self._stored(workspace, id, workspace.get(path(_REPOS, id)), news | ({"tag": ""} if switched else {}))

    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        workspace.delete(path(_REPOS, id))

    def _stored(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        return self.outputs(workspace, id, answer, known | {"workspacePath": f"/Workspace{answer.get('path', '')}"})


def _checkout(inputs: Properties) -> Answer:
    for name in ("tag", "branch"):
        if inputs.get(name):
            return {name: inputs[name]}
    return {}


def _credential(inputs: Properties) -> Answer:
    return {"git_credential_id": inputs["gitCredentialId"]} if inputs.get("gitCredentialId") else {}


def _provider(url: str) -> str:
    host = urlsplit(url).netloc.lower()
    return _BY_HOST.get(host) or ("awsCodeCommit" if _CODE_COMMIT.fullmatch(host) else "")


def _at(workspace: Workspace, place: str) -> Answer | None:
    listed = pages(workspace, Listing(_REPOS, "repos", "id", (("path_prefix", place.removeprefix("/Workspace")),)))
    wanted = place.removeprefix("/Workspace").rstrip("/")
    return next((dict(repo) for repo in listed if str(repo.get("path")).removeprefix("/Workspace") == wanted), None)
