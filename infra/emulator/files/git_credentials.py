"""Git credentials: /api/2.0/git-credentials. Each principal has its own. Tokens are not even kept: nothing signs in.

databricks-sdk `workspace.GitCredentialsAPI`, `CredentialInfo`. Several of one provider need names that tell them apart.
"""

from __future__ import annotations

from typing import Final

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND: Final = "git_credential"
PROVIDERS: Final = (
    *("gitHub", "gitHubOAuth", "gitHubEnterprise", "gitLab", "gitLabEnterpriseEdition", "bitbucketCloud", "bitbucketServer"),
    *("azureDevOpsServices", "azureDevOpsServicesAad", "awsCodeCommit"),
)
_SHOWN: Final = ("git_provider", "git_username", "git_email", "name", "is_default_for_provider")
_FIRST_ID: Final = 100_000_000_000_001


def _owner(workspace: Workspace, caller: Caller, request: Request) -> str:
    """Whose credentials are meant: the caller's, or those of the service principal that an admin names by `principal_id`."""
    given = request.query.get("principal_id") or request.body.get("principal_id")
    if not given or str(given) == caller.id:
        return caller.id
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins manage Git credentials of other principals.")
    if workspace.store.get("service_principal", str(given)) is None:
        raise NotFound(f"There is no service principal with id {given}.")
    return str(given)


def _shown(credential: Document) -> Document:
    return {name: credential[name] for name in ("credential_id", *_SHOWN) if name in credential}


def _fetch(workspace: Workspace, caller: Caller, request: Request) -> Document:
    credential = workspace.store.get(_KIND, request.parameters["id"])
    if credential is None or (credential["owner"] != _owner(workspace, caller, request) and not caller.is_admin):
        raise NotFound(f"Git credential {request.parameters['id']} does not exist.")
    return credential


def _checked(workspace: Workspace, credential: Document) -> Document:
    provider = str(credential.get("git_provider") or "")
    if provider.lower() not in (known.lower() for known in PROVIDERS):
        raise InvalidParameter(f"Invalid Git provider '{provider}'; supported are {', '.join(PROVIDERS)}.")
    for _, other in workspace.store.list(_KIND, credential["owner"]):
        if other["credential_id"] != credential["credential_id"] and _same(other, credential):
            raise AlreadyExists(
                f"Only one Git credential is supported for {provider} and name {credential.get('name')!r} at this time.",
                code="RESOURCE_CONFLICT",
            )
    return credential


def _same(one: Document, other: Document) -> bool:
    return (one["git_provider"].lower(), one.get("name")) == (other["git_provider"].lower(), other.get("name"))


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    given = {name: request.body[name] for name in _SHOWN if request.body.get(name) not in (None, "")}
    owner = _owner(workspace, caller, request)
    with workspace.store.transaction():
        number = workspace.store.next("git_credential", first=_FIRST_ID)
        credential = _checked(workspace, {"credential_id": number, "owner": owner, **given})
        workspace.store.put(_KIND, str(number), credential, parent=owner)
    return _shown(credential)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return _shown(_fetch(workspace, caller, request))


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    owner = _owner(workspace, caller, request)
    return {"credentials": [_shown(credential) for _, credential in workspace.store.list(_KIND, owner)]}


def _update(workspace: Workspace, caller: Caller, request: Request) -> None:
    with workspace.store.transaction():
        credential = _fetch(workspace, caller, request)
        credential |= {name: request.body[name] for name in _SHOWN if name in request.body}
        credential = {name: value for name, value in credential.items() if value != ""}
        workspace.store.put(_KIND, request.parameters["id"], _checked(workspace, credential), parent=credential["owner"])


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    _fetch(workspace, caller, request)
    workspace.store.delete(_KIND, request.parameters["id"])


_PATH = "/api/2.0/git-credentials"
routes = [
    Route("POST", _PATH, _create),
    Route("GET", _PATH, _list),
    Route("GET", f"{_PATH}/{{id}}", _get),
    Route("PATCH", f"{_PATH}/{{id}}", _update),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
]
