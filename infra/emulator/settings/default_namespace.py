"""The default namespace: the catalog that a query means when it names none. A setting with an etag.

databricks-sdk `settings.DefaultNamespaceAPI`, classes `DefaultNamespaceSetting`, `UpdateDefaultNamespaceSettingRequest`;
https://docs.databricks.com/api/workspace/settings. A change has to bring the etag of what it changes; otherwise the answer is
a conflict, or not found where nothing is set, and tells the present etag in its details. It is kept; sessions do not obey it
here.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.errors import AlreadyExists, InvalidParameter, NotFound, PermissionDenied, WorkspaceError
from infra.emulator.requests import Request, Route
from infra.emulator.store import Document
from infra.emulator.workspace import Caller, Workspace

_KIND, _KEY = "setting", "default_namespace_ws"
_PATH = "/api/2.0/settings/types/default_namespace_ws/names/default"


def _etag(document: Document | None) -> str:
    return f"etag-{document['version'] if document else 0}"


def _with_etag(error: type[WorkspaceError], message: str, etag: str, **more: Any) -> WorkspaceError:
    details = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "etag", "domain": "settings"}
    return error(message, details=[{**details, "metadata": {"etag": etag}}], **more)


def _kept(workspace: Workspace) -> Document | None:
    return workspace.store.get(_KIND, _KEY)


def _is_set(document: Document | None) -> bool:
    return document is not None and document.get("value") is not None


def _absent(document: Document | None) -> WorkspaceError:
    return _with_etag(NotFound, "Requested setting does not exist.", _etag(document), code="NOT_FOUND")


def _check_fresh(document: Document | None, etag: str) -> None:
    """Raise unless the etag is the present one."""
    if etag == _etag(document):
        return
    if not _is_set(document):
        raise _absent(document)
    raise _with_etag(AlreadyExists, "The etag is not the setting's present one.", _etag(document), code="RESOURCE_CONFLICT")


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise PermissionDenied("Only workspace admins may change the workspace's settings.")


def _rendered(document: Document) -> Document:
    return {"etag": _etag(document), "namespace": {"value": document["value"]}, "setting_name": "default"}


def _get(workspace: Workspace, _caller: Caller, _request: Request) -> Document:
    document = _kept(workspace)
    if document is None or not _is_set(document):
        raise _absent(document)
    return _rendered(document)


def _update(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """`allow_missing` must be true, `field_mask` name the value."""
    _require_admin(caller)
    setting = request.body.get("setting") or {}
    value = (setting.get("namespace") or {}).get("value")
    if request.body.get("field_mask") not in ("namespace.value", "namespace"):
        raise InvalidParameter("field_mask must be namespace.value")
    if not value:
        raise InvalidParameter("setting.namespace.value cannot be empty.")
    with workspace.store.transaction():
        before = _kept(workspace)
        _check_fresh(before, str(setting.get("etag") or ""))
        document = {"version": workspace.store.next("setting_version"), "value": str(value)}
        workspace.store.put(_KIND, _KEY, document)
    return _rendered(document)


def _delete(workspace: Workspace, caller: Caller, request: Request) -> Document:
    """Back to what the metastore says."""
    _require_admin(caller)
    with workspace.store.transaction():
        before = _kept(workspace)
        if not _is_set(before):
            raise _absent(before)
        _check_fresh(before, request.query.get("etag", ""))
        document = {"version": workspace.store.next("setting_version"), "value": None}
        workspace.store.put(_KIND, _KEY, document)
    return {"etag": _etag(document)}


routes = [
    Route("GET", _PATH, _get),
    Route("PATCH", _PATH, _update),
    Route("DELETE", _PATH, _delete),
]
