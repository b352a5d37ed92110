"""Secret scopes, secrets and their access lists: the endpoints below /api/2.0/secrets.

databricks-sdk `workspace.SecretsAPI`; https://docs.databricks.com/api/workspace/secrets. Values are sealed in the store and
never logged. Only scopes that Databricks keeps itself; one backed by Azure Key Vault is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, NotImplementedHere, PermissionDenied
from infra.emulator.identity import directory
from infra.emulator.requests import Request, Route
from infra.emulator.sealing import seal, unseal
from infra.emulator.store import Document
from infra.emulator.workspace import ALL_USERS, Caller, Workspace

_LEVELS = ("READ", "WRITE", "MANAGE")
_NAME = re.compile(r"[\w.@-]{1,128}")
_LARGEST_SECRET = 128 * 1024


def _scope(workspace: Workspace, name: str) -> Document:
    scope = workspace.store.get("secret_scope", name)
    if scope is None:
        raise NotFound(f"Scope {name} does not exist!")
    return scope


def _check_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidParameter(f"{what} '{name}' must have 1 to 128 of: letters, digits, dashes, underscores, periods, @")


def _require(workspace: Workspace, caller: Caller, level: str, scope: str) -> Document:
    """The scope, if the caller has this level on it. An admin without an entry may manage it too."""
    document = _scope(workspace, scope)
    held = [document["acls"][name] for name in caller.principals & document["acls"].keys()]
    if not caller.is_admin and not any(_LEVELS.index(each) >= _LEVELS.index(level) for each in held):
        raise PermissionDenied(f"User {caller.name} does not have {level} permission on scope {scope}.")
    return document


def _create_scope(workspace: Workspace, caller: Caller, request: Request) -> None:
    name = request.required("scope")
    _check_name(name, "Scope name")
    if request.body.get("scope_backend_type", "DATABRICKS") != "DATABRICKS":
        raise NotImplementedHere("This workspace keeps secrets itself: scope_backend_type must be DATABRICKS.")
    manager = request.body.get("initial_manage_principal")
    if manager not in (None, "", ALL_USERS):
        raise InvalidParameter(f"initial_manage_principal can only be '{ALL_USERS}'")
    with workspace.store.transaction():
        if workspace.store.get("secret_scope", name) is not None:
            raise AlreadyExists(f"Scope {name} already exists!")
        workspace.store.put("secret_scope", name, {"name": name, "acls": {manager or caller.name: "MANAGE"}})


def _list_scopes(workspace: Workspace, _caller: Caller, _request: Request) -> Document:
    scopes = [{"name": name, "backend_type": "DATABRICKS"} for name, _ in workspace.store.list("secret_scope")]
    return {"scopes": scopes} if scopes else {}


def _delete_scope(workspace: Workspace, caller: Caller, request: Request) -> None:
    name = request.required("scope")
    with workspace.store.transaction():
        _require(workspace, caller, "MANAGE", name)
        for key, _ in workspace.store.list("secret", name):
            workspace.store.delete("secret", key)
        workspace.store.delete("secret_scope", name)


def _put(workspace: Workspace, caller: Caller, request: Request) -> None:
    scope, key = request.required("scope"), request.required("key")
    _check_name(key, "Key")
    _require(workspace, caller, "WRITE", scope)
    value = _value(request.body)
    if len(value) > _LARGEST_SECRET:
        raise InvalidParameter(
            f"The secret has {len(value)} bytes, more than {_LARGEST_SECRET}.", code="MAX_SECRET_SIZE_EXCEEDED"
        )
    document = {"key": key, "sealed": seal(workspace.folder, value), "last_updated_timestamp": workspace.clock.millis()}
    workspace.store.put("secret", f"{scope}/{key}", document, parent=scope)


def _value(body: dict[str, Any]) -> bytes:
    given = [name for name in ("string_value", "bytes_value") if body.get(name) is not None]
    if len(given) != 1:
        raise InvalidParameter("Exactly one of string_value and bytes_value must be given.")
    if given == ["string_value"]:
        return str(body["string_value"]).encode()
    try:
        return base64.b64decode(body["bytes_value"], validate=True)
    except binascii.Error as error:
        raise InvalidParameter("bytes_value is not base64.") from error


def secret_value(workspace: Workspace, caller: Caller, scope: str, key: str) -> bytes:
    """A secret in clear, for those with READ: for jobs and SQL's `secret()`. Raises NotFound, PermissionDenied."""
    _require(workspace, caller, "READ", scope)
    return unseal(workspace.folder, _secret(workspace, scope, key)["sealed"])


def _secret(workspace: Workspace, scope: str, key: str) -> Document:
    document = workspace.store.get("secret", f"{scope}/{key}")
    if document is None:
        raise NotFound(f"Secret does not exist with scope: {scope} and key: {key}")
    return document


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    scope, key = request.required("scope"), request.required("key")
    return {"key": key, "value": base64.b64encode(secret_value(workspace, caller, scope, key)).decode()}


def _list(workspace: Workspace, caller: Caller, request: Request) -> Document:
    scope = request.required("scope")
    _require(workspace, caller, "READ", scope)
    fields = ("key", "last_updated_timestamp")
    found = [{name: each[name] for name in fields} for _, each in workspace.store.list("secret", scope)]
    return {"secrets": found} if found else {}


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    scope, key = request.required("scope"), request.required("key")
    _require(workspace, caller, "WRITE", scope)
    _secret(workspace, scope, key)
    workspace.store.delete("secret", f"{scope}/{key}")


def _put_acl(workspace: Workspace, caller: Caller, request: Request) -> None:
    name, principal, level = request.required("scope"), request.required("principal"), request.required("permission")
    if level not in _LEVELS:
        raise InvalidParameter(f"permission must be one of {', '.join(_LEVELS)}, got '{level}'")
    if directory.find(workspace, principal) is None:
        raise NotFound(f"Principal {principal} does not exist")
    with workspace.store.transaction():
        scope = _require(workspace, caller, "MANAGE", name)
        scope["acls"][principal] = level
        workspace.store.put("secret_scope", name, scope)


def _get_acl(workspace: Workspace, caller: Caller, request: Request) -> Document:
    principal = request.required("principal")
    acls = _require(workspace, caller, "MANAGE", request.required("scope"))["acls"]
    if principal not in acls:
        raise NotFound(f"Failed to get secret acl for principal {principal} for scope {request.required('scope')}.")
    return {"principal": principal, "permission": acls[principal]}


def _list_acls(workspace: Workspace, caller: Caller, request: Request) -> Document:
    acls = _require(workspace, caller, "MANAGE", request.required("scope"))["acls"]
    return {"items": [{"principal": name, "permission": level} for name, level in sorted(acls.items())]}


def _delete_acl(workspace: Workspace, caller: Caller, request: Request) -> None:
    name, principal = request.required("scope"), request.required("principal")
    with workspace.store.transaction():
        scope = _require(workspace, caller, "MANAGE", name)
        if scope["acls"].pop(principal, None) is None:
            raise NotFound(f"Failed to delete secret acl for principal {principal} for scope {name}.")
        workspace.store.put("secret_scope", name, scope)


_PATH = "/api/2.0/secrets"
routes = [
    Route("POST", f"{_PATH}/scopes/create", _create_scope),
    Route("GET", f"{_PATH}/scopes/list", _list_scopes),
    Route("POST", f"{_PATH}/scopes/delete", _delete_scope),
    Route("POST", f"{_PATH}/put", _put),
    Route("GET", f"{_PATH}/get", _get),
    Route("GET", f"{_PATH}/list", _list),
    Route("POST", f"{_PATH}/delete", _delete),
    Route("POST", f"{_PATH}/acls/put", _put_acl),
    Route("GET", f"{_PATH}/acls/get", _get_acl),
    Route("GET", f"{_PATH}/acls/list", _list_acls),
    Route("POST", f"{_PATH}/acls/delete", _delete_acl),
]
