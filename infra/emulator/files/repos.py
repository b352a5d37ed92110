"""Git folders: /api/2.0/repos. There is no network here: a Git folder is empty, and its commit follows from address and branch.

databricks-sdk `workspace.ReposAPI`, `RepoInfo`; https://docs.databricks.com/api/workspace/repos. Git credentials are in
`infra.emulator.files.git_credentials`.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from infra.emulator.errors import InvalidParameter, NotFound
from infra.emulator.files import objects
from infra.emulator.files.git_credentials import PROVIDERS
from infra.emulator.paging import decode, encode
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND: Final = "repo"
_PAGE: Final = 20


def _fetch(workspace: Workspace, caller: Caller, level: str, repo_id: str) -> Document:
    repo = workspace.store.get(_KIND, repo_id)
    if repo is None:
        raise NotFound(f"Repo could not be found: {repo_id}")
    objects.require(workspace, caller, level, objects.fetch(workspace, repo["path"]))
    return repo


def _head(repo: Document, reference: str) -> str:
    return hashlib.sha1(f"{repo['url']}#{reference}".encode(), usedforsecurity=False).hexdigest()


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    url, provider = request.required("url"), request.required("provider")
    if provider.lower() not in (known.lower() for known in PROVIDERS):
        raise InvalidParameter(f"Invalid Git provider {provider}; supported are {', '.join(PROVIDERS)}.")
    name = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    path = objects.normalize(str(request.body.get("path") or f"/Users/{caller.name}/{name}"))
    with workspace.store.transaction():
        placed = objects.place(workspace, caller, path, objects.REPO, "")
        repo: Document = {"id": placed["object_id"], "path": path, "url": url, "provider": provider, "branch": "main"}
        repo["head_commit_id"] = _head(repo, "main")
        if request.body.get("sparse_checkout"):
            repo["sparse_checkout"] = _patterns(request.body["sparse_checkout"])
        workspace.store.put(_KIND, str(repo["id"]), repo)
    return repo


def _patterns(given: Any) -> Document:
    patterns = given.get("patterns") if isinstance(given, dict) else None
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise InvalidParameter("sparse_checkout must have a list of patterns.")
    return {"patterns": patterns}


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _fetch(workspace, caller, "CAN_READ", request.parameters["id"])


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    prefix = request.query.get("path_prefix", "").removeprefix("/Workspace")
    found = [
        repo
        for _, repo in workspace.store.list(_KIND)
        if repo["path"].startswith(prefix) and objects.readable(workspace, caller, objects.fetch(workspace, repo["path"]))
    ]
    start = int(decode(request.query.get("next_page_token", "")) or 0)
    answer: Document = {"repos": found[start : start + _PAGE]}
    return answer | ({"next_page_token": encode(str(start + _PAGE))} if start + _PAGE < len(found) else {})


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Check out a branch or a tag; a tag leaves no branch."""
    given = request.body
    if given.get("branch") and given.get("tag"):
        raise InvalidParameter("Only one of branch and tag can be given.")
    with workspace.store.transaction():
        repo = _fetch(workspace, caller, "CAN_EDIT", request.parameters["id"])
        reference = given.get("branch") or given.get("tag")
        if reference:
            repo["head_commit_id"] = _head(repo, str(reference))
            repo.pop("branch", None)
            if given.get("branch"):
                repo["branch"] = given["branch"]
        if given.get("sparse_checkout"):
            if "sparse_checkout" not in repo:
                raise InvalidParameter("Sparse checkout cannot be enabled after a Git folder was made.")
            repo["sparse_checkout"] = _patterns(given["sparse_checkout"])
        workspace.store.put(_KIND, str(repo["id"]), repo)
    return repo


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    repo = _fetch(workspace, caller, "CAN_MANAGE", request.parameters["id"])
    objects.delete(workspace, caller, repo["path"], recursive=True)


_PATH = "/api/2.0/repos"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
