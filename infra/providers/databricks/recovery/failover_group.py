"""`databricks:index/disasterRecoveryFailoverGroup:DisasterRecoveryFailoverGroup`: what fails over together."""

from __future__ import annotations

from collections.abc import Iterator

from infra.engine.ports import CheckFailure, Timeouts
from infra.engine.values import Properties
from infra.providers.databricks.recovery.named import Named
from infra.providers.databricks.shapes import Shape, block, blocks, flag, text, texts
from infra.providers.databricks.workspace import Workspace

_CHANGEABLE = "unity_catalog_assets,workspace_sets"


class DisasterRecoveryFailoverGroup(Named):
    """A failover group. Where it is primary now is not the program's: `initialPrimaryRegion` is where it began."""

    token = "databricks:index/disasterRecoveryFailoverGroup:DisasterRecoveryFailoverGroup"
    collection = "failover-groups"
    own = "failoverGroupId"
    query = "failover_group_id"
    first = "initialPrimaryRegion"
    shape = Shape(
        text("createTime", output=True),
        text("effectivePrimaryRegion", output=True),
        text("etag", output=True),
        text("failoverGroupId", required=True, replaces=True),
        text("initialPrimaryRegion", required=True, replaces=True),
        text("name", output=True),
        text("parent", required=True, replaces=True),
        texts("regions", required=True, replaces=True),
        text("replicationPoint", output=True),
        text("state", output=True),
        block(
            "unityCatalogAssets",
            blocks("catalogs", text("name", required=True), required=True),
            text("dataReplicationWorkspaceSet", required=True),
            blocks(
                "locationMappings",
                text("name", required=True),
                blocks(
                    "uriByRegions",
                    text("region", required=True),
                    text("uri", required=True),
                    wire="uri_by_region",
                    required=True,
                ),
            ),
        ),
        text("updateTime", output=True),
        blocks(
            "workspaceSets",
            text("name", required=True),
            flag("replicateWorkspaceAssets"),
            texts("stableUrlNames"),
            texts("workspaceIds", required=True),
            required=True,
        ),
        framework=True,
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        regions, first = inputs.get("regions"), inputs.get("initialPrimaryRegion")
        known = isinstance(regions, list) and isinstance(first, str) and all(isinstance(each, str) for each in regions)
        if known and first not in (regions or ()):
            yield CheckFailure("initialPrimaryRegion", f"{first!r} is none of the group's regions")

    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        answer = workspace.patch(self._at(olds), self._body(news), update_mask=_CHANGEABLE)
        return self._stored(workspace, answer, news)
