"""Alerts that tell when a schema's data is older than its `sla` allows.

A schema is as old as its oldest table: when that was last written stands in the catalog's information schema. Views are as new
as what they read, and are left out; a schema without tables is no breach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_databricks as databricks

from infra.models import Environment
from infra.models.durations import freshness

_AGE: Final = "minutes_old"


@dataclass(frozen=True, slots=True)
class FreshnessArgs:
    """Which domain of which environment; its catalog's name and the warehouse that looks."""

    environment: Environment
    domain: str
    catalog_name: pulumi.Output[str]
    warehouse_id: pulumi.Input[str]


class Freshness(pulumi.ComponentResource):
    """One alert for each schema that promises something, itself or by its catalog."""

    def __init__(self, name: str, args: FreshnessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:freshness:Freshness", name, None, opts)
        environment = args.environment
        catalog = environment.catalogs[args.domain]
        for key, schema in catalog.schemas.items():
            promise = schema.sla or catalog.sla
            if promise is None:
                continue
            wanted = freshness(promise)
            databricks.AlertV2(
                f"{name}.{key}",
                display_name=f"{environment.catalog_name(args.domain)}.{key} is fresh ({promise})",
                custom_summary=f"{environment.catalog_name(args.domain)}.{key} is older than promised: {promise}",
                query_text=_query(args.catalog_name, key),
                warehouse_id=args.warehouse_id,
                evaluation=_older_than(wanted.minutes, environment.governance.notify),
                schedule=databricks.AlertV2ScheduleArgs(
                    quartz_cron_schedule=wanted.cron, timezone_id="UTC", pause_status="UNPAUSED"
                ),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def _query(catalog: pulumi.Output[str], schema: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(
        f"select table_name, timestampdiff(minute, last_altered, current_timestamp()) as {_AGE} from ",
        catalog,
        f".information_schema.tables where table_schema = '{schema}' and table_type <> 'VIEW'",
    )


def _older_than(minutes: int, addresses: tuple[str, ...]) -> databricks.AlertV2EvaluationArgs:
    return databricks.AlertV2EvaluationArgs(
        comparison_operator="GREATER_THAN",
        source=databricks.AlertV2EvaluationSourceArgs(name=_AGE, aggregation="MAX"),
        threshold=databricks.AlertV2EvaluationThresholdArgs(
            value=databricks.AlertV2EvaluationThresholdValueArgs(double_value=minutes)
        ),
        empty_result_state="OK",
        notification=databricks.AlertV2EvaluationNotificationArgs(
            notify_on_ok=True,
            subscriptions=[databricks.AlertV2EvaluationNotificationSubscriptionArgs(user_email=one) for one in addresses],
        ),
    )
