"""What all that lies in the workspace's tree has in common: where it is shown, and that its folder may have to be made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

from infra.engine.values import Properties, Value
from infra.providers.databricks.client import Answer
from infra.providers.databricks.errors import Absent
from infra.providers.databricks.workspace import Workspace

WORKSPACE: Final = "/api/2.0/workspace"
_PREFIX: Final = "/Workspace"


def shown(workspace: Workspace, path: str) -> Properties:
    """The outputs that say where people and clusters find an object."""
    return {"url": f"{workspace.host}/#workspace{path}", "workspacePath": f"{_PREFIX}{path}"}


def imported(workspace: Workspace, path: str, upload: Callable[[], Answer]) -> Answer:
    """`upload`, with its folder made first where that is what is missing."""
    try:
        return upload()
    except Absent:
        make_folder(workspace, str(PurePosixPath(path).parent))
        return upload()


def make_folder(workspace: Workspace, path: str) -> None:
    """Make a folder and those above it, unless they are there."""
    workspace.post(f"{WORKSPACE}/mkdirs", {"path": path}, repeatable=True)


def same_path(old: Value, new: Value) -> bool:
    """Whether two paths name the same place: `/Workspace/Shared` is `/Shared`."""
    return str(old).removeprefix(_PREFIX) == str(new).removeprefix(_PREFIX)
