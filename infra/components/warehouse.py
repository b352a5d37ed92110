"""A SQL warehouse and who may use it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class WarehouseArgs:
    """Which warehouse of which environment; whom its permissions may name."""

    environment: Environment
    key: str
    principals: Principals


class Warehouse(pulumi.ComponentResource):
    """`warehouse_id` is what jobs and connections name."""

    def __init__(self, name: str, args: WarehouseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:warehouse:Warehouse", name, None, opts)
        model = args.environment.warehouses[args.key]
        tags = [databricks.SqlEndpointTagsCustomTagArgs(key=key, value=value) for key, value in sorted(model.tags.items())]
        endpoint = databricks.SqlEndpoint(
            name,
            name=args.environment.warehouse_name(args.key),
            cluster_size=model.size,
            auto_stop_mins=model.auto_stop,
            min_num_clusters=model.min_clusters,
            max_num_clusters=model.max_clusters,
            channel=databricks.SqlEndpointChannelArgs(name=model.channel.replace("CHANNEL_", "CHANNEL_NAME_")),
            enable_photon=model.photon,
            spot_instance_policy=model.spot_policy,
            # The defaults of these two depend on the workspace: what is not said is not the same everywhere.
            warehouse_type=model.type,
            enable_serverless_compute=model.serverless,
            tags=databricks.SqlEndpointTagsArgs(custom_tags=tags) if tags else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.warehouse_id: pulumi.Output[str] = endpoint.id
        if model.permissions:
            databricks.Permissions(
                name,
                sql_endpoint_id=endpoint.id,
                access_controls=args.principals.access_controls(model.permissions),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({"warehouse_id": self.warehouse_id})
