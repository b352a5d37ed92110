"""The files of a project below a workspace directory, as a principal may read them."""

from __future__ import annotations

from collections.abc import Iterator

from infra.emulator.errors import NotFound
from infra.emulator.workspace import Caller, Workspace


def project_files(workspace: Workspace, principal: Caller, directory: str) -> Iterator[tuple[str, bytes]]:
    """Path below the directory, and content, of each file. Raises NotFound, PermissionDenied."""
    raise NotFound(f"Path ({directory}) doesn't exist.")
