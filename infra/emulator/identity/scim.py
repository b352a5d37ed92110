"""The endpoints of SCIM 2.0: users, groups, service principals, and who am I.

databricks-sdk `iam.UsersV2API`, `GroupsV2API`, `ServicePrincipalsV2API`, `CurrentUserAPI`; RFC 7644. The account's
endpoints below /api/2.0/accounts/{account}/scim/v2 answer from the same directory: this account has one workspace. So a
group made here may hold Unity Catalog grants, unlike a workspace-local group of a workspace without identity federation.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from infra.emulator.identity import directory
from infra.emulator.identity.directory import NAME_FIELDS, Kind
from infra.emulator.identity.principals import KEPT, RESOURCES, VALUE_LISTS, create, fetch, patch, remove, render, replace
from infra.emulator.identity.scim_language import equality, predicate
from infra.emulator.requests import Handler, Request, Response, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_DEFAULT_PAGE, _LONGEST_PAGE = 100, 10_000


_EVERYTHING = frozenset(
    {"id", "schemas", "meta", "members", "groups", *VALUE_LISTS, *(field for kept in KEPT.values() for field in kept)}
)


def _wanted(request: Request) -> frozenset[str] | None:
    """The attributes to answer, None for all. The account answers no entitlements: those are the workspace's."""
    asked = _asked(request)
    if not request.path.startswith("/api/2.0/account"):
        return asked
    return (_EVERYTHING if asked is None else asked) - {"entitlements"}


def _asked(request: Request) -> frozenset[str] | None:
    """What the query asks for. Nested attributes count as their parent; a service principal's userName is its applicationId."""
    if listed := request.query.get("attributes"):
        names = {name.strip().partition(".")[0] for name in listed.split(",")}
        return frozenset({"id", "schemas"} | names | ({"applicationId"} if "userName" in names else set()))
    if excluded := request.query.get("excludedAttributes"):
        return _EVERYTHING - {name.strip() for name in excluded.split(",")} | {"id", "schemas"}
    return None


def _me(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """databricks-sdk `CurrentUserAPI.me`. A service principal's userName is its application id."""
    kind: Kind = "service_principal" if caller.is_service_principal else "user"
    body = render(workspace, kind, fetch(workspace, kind, caller.id), _wanted(request))
    return {**body, "userName": caller.name} if kind == "service_principal" else body


def _create(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Response | Document:
    return render(workspace, kind, create(workspace, caller, kind, request.body), _wanted(request))


def _get(kind: Kind, workspace: Workspace, _caller: Caller, request: Request) -> Document:
    return render(workspace, kind, fetch(workspace, kind, request.parameters["id"]), _wanted(request))


def _replace(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Document:
    return render(workspace, kind, replace(workspace, caller, kind, request.parameters["id"], request.body), _wanted(request))


def _patch(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Response:
    patch(workspace, caller, kind, request.parameters["id"], request.body)
    return Response(b"", 204)


def _delete(kind: Kind, workspace: Workspace, caller: Caller, request: Request) -> Response:
    remove(workspace, caller, kind, request.parameters["id"])
    return Response(b"", 204)


def _list(kind: Kind, workspace: Workspace, _caller: Caller, request: Request) -> Document:
    """A page by startIndex (from 1) and count."""
    wanted = _wanted(request)
    found = _filtered(workspace, kind, request.query.get("filter", ""))
    if sort_by := request.query.get("sortBy"):
        found.sort(key=lambda document: str(document.get(sort_by, "")).lower())
        if request.query.get("sortOrder") == "descending":
            found.reverse()
    start = max(1, request.number("startIndex", 1))
    count = min(max(0, request.number("count", _DEFAULT_PAGE)), _LONGEST_PAGE)
    resources = [render(workspace, kind, document, wanted) for document in found[start - 1 : start - 1 + count]]
    numbers = {"totalResults": len(found), "startIndex": start, "itemsPerPage": len(resources)}
    return {"schemas": [_LIST], **numbers, "Resources": resources}


def _filtered(workspace: Workspace, kind: Kind, text: str) -> list[Document]:
    if not text:
        return [document for _, document in workspace.store.list(kind)]
    looked_up = equality(text)
    if looked_up is not None and looked_up[0].lower() == NAME_FIELDS[kind].lower():
        found = directory.by_name(workspace, kind, looked_up[1])
        return [] if found is None else [found]
    matches = predicate(text)
    return [document for _, document in workspace.store.list(kind) if matches(document)]


def _family(prefix: str) -> list[Route]:
    found: list[Route] = []
    for name, kind in RESOURCES.items():
        handlers: list[tuple[str, str, Any]] = [
            ("GET", "", _list),
            ("POST", "", _create),
            ("GET", "/{id}", _get),
            ("PUT", "/{id}", _replace),
            ("PATCH", "/{id}", _patch),
            ("DELETE", "/{id}", _delete),
        ]
        for method, tail, function in handlers:
            handler: Handler = partial(function, kind)
            found.append(Route(method, f"{prefix}/{name}{tail}", handler, scim=True))
    return found


routes = [
    Route("GET", "/api/2.0/preview/scim/v2/Me", _me, scim=True),
    *_family("/api/2.0/preview/scim/v2"),
    *_family("/api/2.0/accounts/{account}/scim/v2"),
    *_family("/api/2.0/account/scim/v2"),
]
