"""Binding an isolated securable to the workspace that calls, which could not see it otherwise.

`/api/2.1/unity-catalog/bindings`; https://docs.databricks.com/api/workspace/workspacebindings
"""

from __future__ import annotations

from typing import Final

from infra.engine.values import Properties
from infra.providers.databricks.resource import path
from infra.providers.databricks.workspace import Workspace

_BINDINGS: Final = "/api/2.1/unity-catalog/bindings"
READ_WRITE: Final = "BINDING_TYPE_READ_WRITE"
READ_ONLY: Final = "BINDING_TYPE_READ_ONLY"
ISOLATION: Final = ("ISOLATION_MODE_OPEN", "ISOLATION_MODE_ISOLATED")


def address(securable_type: str, name: str) -> str:
    """Where the bindings of a securable are."""
    return path(f"{_BINDINGS}/{securable_type}", name)


def is_isolated(values: Properties) -> bool:
    """Whether inputs or outputs say that only bound workspaces may use it."""
    return str(values.get("isolationMode") or "").endswith("ISOLATED")


def bind_here(workspace: Workspace, securable_type: str, name: str, values: Properties) -> None:
    """Bind what is isolated to this workspace."""
    if is_isolated(values):
        binding = {"workspace_id": int(workspace.id), "binding_type": READ_WRITE}
        workspace.patch(address(securable_type, name), {"add": [binding]})
