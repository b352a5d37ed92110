"""`databricks:index/catalogWorkspaceBinding:CatalogWorkspaceBinding`: the older name of `WorkspaceBinding`."""

from __future__ import annotations

from infra.providers.databricks.unity.workspace_binding import WorkspaceBinding


class CatalogWorkspaceBinding(WorkspaceBinding):
    """The same resource under the name that it had when only catalogs could be bound."""

    token = "databricks:index/catalogWorkspaceBinding:CatalogWorkspaceBinding"
