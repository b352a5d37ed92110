"""`databricks:index/disasterRecoveryStableUrl:DisasterRecoveryStableUrl`: an address that leads to the primary workspace."""

from __future__ import annotations

from infra.engine.ports import Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.recovery.named import Named
from infra.providers.databricks.shapes import Shape, text
from infra.providers.databricks.workspace import Workspace


class DisasterRecoveryStableUrl(Named):
    """A stable URL. Any change replaces it."""

    token = "databricks:index/disasterRecoveryStableUrl:DisasterRecoveryStableUrl"
    collection = "stable-urls"
    own = "stableUrlId"
    query = "stable_url_id"
    first = "initialWorkspaceId"
    shape = Shape(
        text("effectiveWorkspaceId", output=True),
        text("failoverGroupName", output=True),
        text("initialWorkspaceId", required=True, replaces=True),
        text("name", output=True),
        text("parent", required=True, replaces=True),
        text("stableUrlId", required=True, replaces=True),
        text("stableWorkspaceId", output=True),
        text("url", output=True),
        framework=True,
    )

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        return olds | news
