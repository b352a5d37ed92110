"""Opening the SQL side of a workspace: the lake with our functions in it, metadata and rows made to agree."""

from __future__ import annotations

from infra.emulator.lake import Lake
from infra.emulator.workspace import Workspace


def open_lake(workspace: Workspace) -> Lake:
    """Open `lake.duckdb` in the workspace's folder, mend what a killed process left, and hand it to the workspace."""
    lake = Lake(workspace.folder / "lake.duckdb", workspace.clock)
    workspace.lake = lake
    return lake
