"""Whether this workspace may use a securable at all: of isolated ones only those that are bound to it.

It holds for everybody, metastore admins too; they may still change the bindings (`infra.emulator.unity.bindings`). A read-only
binding lets a workspace read a catalog and nothing else. What has never been bound has no bindings document, and is open.
https://docs.databricks.com/en/catalogs/binding.html
"""

from __future__ import annotations

from infra.emulator.errors import PermissionDenied
from infra.emulator.unity.securables import (
    CATALOG,
    CREDENTIAL,
    EXTERNAL_LOCATION,
    STORAGE_CREDENTIAL,
    ancestry,
    title,
)
from infra.emulator.workspace import Workspace

BINDABLE = (CATALOG, EXTERNAL_LOCATION, STORAGE_CREDENTIAL, CREDENTIAL)
READ_WRITE, READ_ONLY = "BINDING_TYPE_READ_WRITE", "BINDING_TYPE_READ_ONLY"
_ISOLATED = frozenset({"ISOLATED", "ISOLATION_MODE_ISOLATED"})
_READING = frozenset({"USE_CATALOG", "USE_SCHEMA", "SELECT", "READ_VOLUME", "EXECUTE", "BROWSE"})


def bindings_of(workspace: Workspace, securable_type: str, name: str) -> dict[str, str]:
    """The binding type by workspace id, as text."""
    return workspace.store.get("bindings", f"{securable_type}/{name}") or {}


def binding_here(workspace: Workspace, securable_type: str, name: str) -> str | None:
    """How this workspace is bound to a bindable securable: what is open counts as bound for reading and writing."""
    bound = workspace.store.get("bindings", f"{securable_type}/{name}")
    if bound is None:
        return READ_WRITE
    document = workspace.store.get(securable_type, name) or {}
    if document.get("isolation_mode") not in _ISOLATED:
        return READ_WRITE
    return bound.get(str(workspace.id))


def accessible(workspace: Workspace, securable_type: str, full_name: str) -> bool:
    """Whether this workspace may use the securable, or the catalog that it is in."""
    kind, name = ancestry(securable_type, full_name)[0]
    return kind not in BINDABLE or binding_here(workspace, kind, name) is not None


def require_accessible(workspace: Workspace, securable_type: str, full_name: str, privilege: str = "BROWSE") -> None:
    """Raise PermissionDenied unless this workspace may use the securable, and for more than reading if `privilege` is more."""
    kind, name = ancestry(securable_type, full_name)[0]
    if kind not in BINDABLE:
        return
    binding = binding_here(workspace, kind, name)
    if binding is None:
        raise PermissionDenied(f"{title(kind)} '{name}' is not accessible in current workspace")
    if binding == READ_ONLY and privilege not in _READING:
        raise PermissionDenied(f"{title(kind)} '{name}' is bound read-only to the current workspace")
