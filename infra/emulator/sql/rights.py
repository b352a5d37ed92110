"""The rights that statements need, asked of the workspace's own privileges, refused in SQL's words."""

from __future__ import annotations

from infra.emulator.errors import PermissionDenied
from infra.emulator.sql.errors import from_workspace
from infra.emulator.unity import privileges
from infra.emulator.workspace import Caller, Workspace


def require(workspace: Workspace, caller: Caller, privilege: str, securable_type: str, full_name: str) -> None:
    """As `privileges.require`. Raises SqlError UNAUTHORIZED_ACCESS."""
    try:
        privileges.require(workspace, caller, privilege, securable_type, full_name)
    except PermissionDenied as refusal:
        raise from_workspace(refusal) from refusal


def require_manage(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """As `privileges.require_manage`. Raises SqlError UNAUTHORIZED_ACCESS."""
    try:
        privileges.require_manage(workspace, caller, securable_type, full_name)
    except PermissionDenied as refusal:
        raise from_workspace(refusal) from refusal


def require_visible(workspace: Workspace, caller: Caller, securable_type: str, full_name: str) -> None:
    """As `privileges.require_visible`. Raises SqlError UNAUTHORIZED_ACCESS."""
    try:
        privileges.require_visible(workspace, caller, securable_type, full_name)
    except PermissionDenied as refusal:
        raise from_workspace(refusal) from refusal
