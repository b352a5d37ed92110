"""Storage and service credentials, below …/storage-credentials and …/credentials. They share one namespace.

databricks-sdk `catalog.StorageCredentialInfo`, `CredentialInfo`; https://docs.databricks.com/api/workspace/storagecredentials,
https://docs.databricks.com/api/workspace/credentials. Of validation only the form is checked: there is no cloud behind.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound
from infra.emulator.paging import page
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.unity import bindings, cloud_identities, paths, quotas, registry
from infra.emulator.unity.privileges import require, require_manage, require_visible, visible
from infra.emulator.unity.securables import CREDENTIAL, EXTERNAL_LOCATION, METASTORE, STORAGE_CREDENTIAL, check_name, title
from infra.emulator.workspace import Caller, Workspace

ISOLATION = ("ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")
_PURPOSES = {STORAGE_CREDENTIAL: "STORAGE", CREDENTIAL: "SERVICE"}
_CREATE = {STORAGE_CREDENTIAL: "CREATE_STORAGE_CREDENTIAL", CREDENTIAL: "CREATE_SERVICE_CREDENTIAL"}


def create(workspace: Workspace, caller: Caller, securable_type: str, body: dict[str, Any]) -> Document:
    """Make a credential. Needs CREATE STORAGE CREDENTIAL or CREATE SERVICE CREDENTIAL on the metastore."""
    name = check_name(str(body.get("name") or ""), securable_type)
    require(workspace, caller, _CREATE[securable_type], METASTORE, workspace.metastore_id)
    kind = cloud_identities.given(body)
    if kind is None:
        raise InvalidParameter(f"A credential must be given: one of {', '.join(cloud_identities.KINDS)}")
    document: Document = {
        **registry.stamp(workspace, caller),
        "id": workspace.new_uuid(),
        "name": name,
        "full_name": name,
        "purpose": _PURPOSES[securable_type],
        "securable_type": securable_type.upper(),
        "isolation_mode": ISOLATION[0],
        "read_only": bool(body.get("read_only")),
        "used_for_managed_storage": False,
        kind: cloud_identities.identity(workspace, kind, body[kind] or {}),
        **({"comment": body["comment"]} if body.get("comment") else {}),
    }
    with workspace.store.transaction():
        for other in _PURPOSES:
            if workspace.store.get(other, name) is not None:
                raise AlreadyExists(f"{title(other)} '{name}' already exists", code=f"{other.upper()}_ALREADY_EXISTS")
        quotas.check_room(workspace, securable_type, name)
        workspace.store.put(securable_type, name, document)
    return document


def update(workspace: Workspace, caller: Caller, securable_type: str, name: str, body: dict[str, Any]) -> Document:
    """Change what the body names."""
    with workspace.store.transaction():
        document = registry.fetch(workspace, securable_type, name)
        require_manage(workspace, caller, securable_type, name)
        kind = cloud_identities.given(body)
        if kind is not None:
            identity = cloud_identities.identity(workspace, kind, body[kind] or {}, document.get(kind))
            document = {key: value for key, value in document.items() if key not in cloud_identities.KINDS} | {kind: identity}
        for field in ("comment", "read_only"):
            if field in body:
                document[field] = body[field]
        registry.choose(document, body, "isolation_mode", ISOLATION)
        if "owner" in body:
            document["owner"] = registry.principal(workspace, body["owner"])
        registry.touch(workspace, caller, document)
        workspace.store.put(securable_type, name, document)
        if body.get("isolation_mode") == ISOLATION[1]:
            bindings.bind_here(workspace, securable_type, name)
        if body.get("new_name"):
            document = _renamed(workspace, securable_type, name, body["new_name"])
    return document


def _renamed(workspace: Workspace, securable_type: str, name: str, wanted: str) -> Document:
    new = check_name(wanted, securable_type)
    if new != name:
        registry.check_free(workspace, securable_type, new)
        registry.rename(workspace, securable_type, name, new)
        for key, location in workspace.store.list(EXTERNAL_LOCATION):
            if location["credential_name"] == name and securable_type == STORAGE_CREDENTIAL:
                workspace.store.put(EXTERNAL_LOCATION, key, location | {"credential_name": new})
    return registry.fetch(workspace, securable_type, new)


def drop(workspace: Workspace, caller: Caller, securable_type: str, name: str, *, force: bool) -> None:
    """Delete a credential; one that external locations use only by `force`."""
    registry.fetch(workspace, securable_type, name)
    require_manage(workspace, caller, securable_type, name)
    used = [location for _, location in workspace.store.list(EXTERNAL_LOCATION) if location["credential_name"] == name]
    if used and securable_type == STORAGE_CREDENTIAL and not force:
        tables = sum(paths.dependents(workspace, location["url"])["external tables"] for location in used)
        raise InvalidState(
            f"Storage credential '{name}' has {tables} directly dependent external table(s) and {len(used)} dependent storage"
            " location(s). You may use force option to delete it but the managed storage data using this storage credential"
            " cannot be purged by Unity Catalog anymore."
        )
    registry.drop(workspace, securable_type, name)


def _either(workspace: Workspace, name: str) -> tuple[str, str]:
    """The type and name of what the credentials API names; it takes ids too, of which the official provider makes use."""
    for kind in _PURPOSES:
        if workspace.store.get(kind, name) is not None:
            return kind, name
        for key, document in workspace.store.list(kind):
            if document["id"] == name:
                return kind, key
    raise NotFound(f"Credential '{name}' does not exist.", code="CREDENTIAL_DOES_NOT_EXIST")


def _kind(workspace: Workspace, request: Request) -> tuple[str, str]:
    name = request.parameters["name"].lower()
    if "/storage-credentials/" in request.path:
        registry.fetch(workspace, STORAGE_CREDENTIAL, name)
        return STORAGE_CREDENTIAL, name
    return _either(workspace, name)


def _create_storage(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return create(workspace, caller, STORAGE_CREDENTIAL, request.body)


def _create(workspace: Workspace, caller: Caller, request: Request) -> Document:
    purpose = request.body.get("purpose")
    kinds = {name: kind for kind, name in _PURPOSES.items()}
    if purpose not in kinds:
        raise InvalidParameter(f"purpose must be STORAGE or SERVICE, got '{purpose}'")
    return create(workspace, caller, kinds[purpose], request.body)


def _get(workspace: Workspace, caller: Caller, request: Request) -> Document:
    securable_type, name = _kind(workspace, request)
    require_visible(workspace, caller, securable_type, name)
    return registry.fetch(workspace, securable_type, name)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    return update(workspace, caller, *_kind(workspace, request), request.body)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> None:
    drop(workspace, caller, *_kind(workspace, request), force=request.flag("force"))


def _list_storage(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    return _page(workspace, caller, request, STORAGE_CREDENTIAL, "storage_credentials")


def _list(workspace: Workspace, caller: Caller, request: Request) -> dict[str, Any]:
    """Service credentials unless `purpose` asks for those of storage."""
    kind = STORAGE_CREDENTIAL if request.query.get("purpose") == "STORAGE" else CREDENTIAL
    return _page(workspace, caller, request, kind, "credentials")


def _page(workspace: Workspace, caller: Caller, request: Request, kind: str, field: str) -> dict[str, Any]:
    def show(document: Document) -> Document | None:
        return document if visible(workspace, caller, kind, document["name"]) else None

    return page(workspace, request, kind, None, field=field, show=show)


_UC = "/api/2.1/unity-catalog"
routes = [
    Route("POST", f"{_UC}/storage-credentials", _create_storage),
    Route("GET", f"{_UC}/storage-credentials", _list_storage),
    Route("POST", f"{_UC}/credentials", _create),
    Route("GET", f"{_UC}/credentials", _list),
    *(
        Route(method, f"{_UC}/{family}/{{name}}", handler)
        for family in ("storage-credentials", "credentials")
        for method, handler in (("GET", _get), ("PATCH", _update), ("DELETE", _delete))
    ),
]
