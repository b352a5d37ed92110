"""A table that the environment keeps: its columns, their tags, who may use it, and the profile of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.components.tags import tag
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.table import Monitor, TimeSeries
    from infra.models.table import Table as TableModel
    from infra.models.trigger import Schedule


@dataclass(frozen=True, slots=True)
class TableArgs:
    """Which table of which schema; the catalog's name, the warehouse that makes it, whom its grants may name."""

    environment: Environment
    domain: str
    schema: str
    key: str
    catalog_name: pulumi.Output[str]
    warehouse_id: pulumi.Input[str]
    principals: Principals


class Table(pulumi.ComponentResource):
    """`full_name` is its name in SQL."""

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:table:Table", name, None, opts)
        self._args = args
        inside = pulumi.ResourceOptions(parent=self)
        table = self._table(name)
        self.full_name: pulumi.Output[str] = pulumi.Output.concat(table.catalog_name, ".", table.schema_name, ".", table.name)
        model = self._model
        Grantor(self, args.environment, args.principals).grant(name, model.grants, "table", self.full_name)
        tag(name, model.tags, "tables", self.full_name, inside)
        for column, described in model.columns.items():
            tag(f"{name}.{column}", described.tags, "columns", pulumi.Output.concat(self.full_name, ".", column), inside)
        if model.monitor is not None:
            self._monitor(name, model.monitor)
        self.register_outputs({"full_name": self.full_name})

    def _table(self, name: str) -> databricks.SqlTable:
        args, model = self._args, self._model
        catalog = args.environment.catalogs[args.domain]
        return databricks.SqlTable(
            name,
            name=args.key,
            catalog_name=args.catalog_name,
            schema_name=args.schema,
            table_type="EXTERNAL" if model.location else "MANAGED",
            # A managed table is Delta anyway; where that is said, the official provider makes it by CREATE OR REPLACE, and a
            # table that is there already would be lost.
            data_source_format="DELTA" if model.location else None,
            storage_location=model.location,
            comment=model.comment,
            owner=args.principals.owner(model.owner),
            columns=[
                databricks.SqlTableColumnArgs(
                    name=column, type=one.type, comment=one.comment, nullable=one.nullable, identity=one.identity
                )
                for column, one in model.columns.items()
            ],
            cluster_keys=list(model.cluster_by) or None,
            partitions=list(model.partition_by) or None,
            properties=model.properties or None,
            warehouse_id=args.warehouse_id,
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.environment.protects(catalog, catalog.schemas[args.schema], model)
            ),
        )

    def _monitor(self, name: str, model: Monitor) -> None:
        args = self._args
        schema = pulumi.Output.concat(args.catalog_name, ".", model.schema_)
        beside = pulumi.Output.concat(args.catalog_name, ".", args.schema, ".")
        times, schedule = model.time_series, model.schedule
        databricks.QualityMonitor(
            name,
            table_name=self.full_name,
            assets_dir=f"/Shared/lakestead/{args.environment.name}/monitors/{name}",
            output_schema_name=schema,
            baseline_table_name=pulumi.Output.concat(beside, model.baseline) if model.baseline else None,
            snapshot=None if times else databricks.QualityMonitorSnapshotArgs(),  # type: ignore[no-untyped-call]
            time_series=_windows(times) if times else None,
            slicing_exprs=list(model.slices) or None,
            schedule=_when(schedule) if schedule else None,
            notifications=_on_failure(model.notify),
            skip_builtin_dashboard=not model.dashboard,
            warehouse_id=args.warehouse_id if model.dashboard else None,
            opts=pulumi.ResourceOptions(parent=self),
        )

    @property
    def _model(self) -> TableModel:
        return self._args.environment.catalogs[self._args.domain].schemas[self._args.schema].tables[self._args.key]


def _windows(model: TimeSeries) -> databricks.QualityMonitorTimeSeriesArgs:
    return databricks.QualityMonitorTimeSeriesArgs(timestamp_col=model.column, granularities=list(model.granularities))


def _when(model: Schedule) -> databricks.QualityMonitorScheduleArgs:
    return databricks.QualityMonitorScheduleArgs(quartz_cron_expression=model.cron, timezone_id=model.timezone)


def _on_failure(addresses: tuple[str, ...]) -> databricks.QualityMonitorNotificationsArgs | None:
    if not addresses:
        return None
    return databricks.QualityMonitorNotificationsArgs(
        on_failure=databricks.QualityMonitorNotificationsOnFailureArgs(email_addresses=list(addresses))
    )
