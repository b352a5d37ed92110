"""SQL warehouses. Limits as in the Warehouses API (https://docs.databricks.com/api/workspace/warehouses/create)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text

Size = Literal["2X-Small", "X-Small", "Small", "Medium", "Large", "X-Large", "2X-Large", "3X-Large", "4X-Large"]
WarehousePermission = Literal["CAN_VIEW", "CAN_MONITOR", "CAN_USE", "CAN_MANAGE"]


class Warehouse(Record):
    """One SQL warehouse; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its name in the workspace, where it is not `<key>-<environment>`."""
    size: Size
    """The size of each of its clusters."""
    auto_stop: Annotated[int, Field(ge=0)] = 10
    """Minutes without a query after which it stops; 0 is never."""
    min_clusters: Annotated[int, Field(ge=1, le=30)] = 1
    """Clusters that run while it is awake."""
    max_clusters: Annotated[int, Field(ge=1, le=40)] = 1
    """Clusters that it may grow to under load."""
    channel: Literal["CHANNEL_CURRENT", "CHANNEL_PREVIEW"] = "CHANNEL_CURRENT"
    """Which release of Databricks SQL it runs."""
    type: Literal["PRO", "CLASSIC"] = "PRO"
    """What it can do; jobs, serverless compute and most of Unity Catalog want PRO."""
    serverless: bool = True
    """On Databricks' own compute; if not, on machines of the workspace's cloud account."""
    photon: bool = True
    """With the faster engine; serverless compute always has it."""
    spot_policy: Literal["COST_OPTIMIZED", "RELIABILITY_OPTIMIZED"] = "COST_OPTIMIZED"
    """Whether its machines may be spot machines; matters where it is not serverless."""
    tags: Mapping[str, Text] = {}
    """Custom tags; they reach the bill."""
    permissions: Mapping[Key, WarehousePermission] = {}
    """What each principal may do with it."""

    @model_validator(mode="after")
    def _limits(self) -> Warehouse:
        if self.min_clusters > self.max_clusters:
            raise WrongAt(("min_clusters",), f"{self.min_clusters} is above max_clusters, which is {self.max_clusters}")
        if not self.serverless and 0 < self.auto_stop < 10:
            raise WrongAt(("auto_stop",), f"{self.auto_stop} is too short; without serverless it is 0 or at least 10 minutes")
        if self.type == "CLASSIC" and self.serverless:
            raise WrongAt(("type",), "'CLASSIC' is never serverless; say serverless: false, or PRO")
        if len(self.tags) > 45:
            raise WrongAt(("tags",), f"has {len(self.tags)} tags; 45 is the platform's limit")
        return self
