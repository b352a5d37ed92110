"""What people look at: saved queries, alerts, dashboards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.sources import Sources
from infra.components.surroundings import Names, Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.query import Alert, Dashboard, Query


@dataclass(frozen=True, slots=True)
class QueriesArgs:
    """Whose queries, alerts and dashboards, what their files hold, and the folder that they go to."""

    environment: Environment
    sources: Sources
    surroundings: Surroundings
    folder: pulumi.Input[str]


class Queries(pulumi.ComponentResource):
    """`queries`, `alerts` and `dashboards` are ids by the keys of the environment file."""

    def __init__(self, name: str, args: QueriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:sql:Queries", name, None, opts)
        self._args, self._around = args, args.surroundings
        self._folder = pulumi.Output.from_input(args.folder)
        self._inside = pulumi.ResourceOptions(parent=self)
        environment = args.environment
        self.queries: Names = {key: self._query(key, model) for key, model in environment.queries.items()}
        self.alerts: Names = {key: self._alert(key, model) for key, model in environment.alerts.items()}
        self.dashboards: Names = {key: self._dashboard(key, model) for key, model in environment.dashboards.items()}
        self.register_outputs({"queries": self.queries, "alerts": self.alerts, "dashboards": self.dashboards})

    def _query(self, key: str, model: Query) -> pulumi.Output[str]:
        query = databricks.Query(
            key,
            display_name=self._args.environment.own_name(key, model.name),
            query_text=self._args.sources.text(model.source),
            warehouse_id=self._around.warehouses[model.warehouse],
            catalog=self._around.catalogs[model.catalog] if model.catalog else None,
            schema=model.schema_,
            description=model.description,
            run_as_mode=model.run_as,
            tags=list(model.tags) or None,
            parent_path=self._folder,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"query/{key}",
                sql_query_id=query.id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return query.id

    def _alert(self, key: str, model: Alert) -> pulumi.Output[str]:
        alert = databricks.AlertV2(
            key,
            display_name=self._args.environment.own_name(key, model.name),
            query_text=self._args.sources.text(model.source),
            warehouse_id=self._around.warehouses[model.warehouse],
            parameters=[
                databricks.AlertV2ParameterArgs(name="catalog", type="STRING", value=self._around.catalogs[model.catalog])
            ]
            if model.catalog
            else None,
            evaluation=_evaluation(model, self._around),
            schedule=databricks.AlertV2ScheduleArgs(
                quartz_cron_schedule=model.schedule.cron,
                timezone_id=model.schedule.timezone,
                pause_status="PAUSED" if model.schedule.paused else "UNPAUSED",
            ),
            run_as=_run_as(model, self._around),
            custom_summary=model.summary,
            custom_description=model.description,
            parent_path=self._folder,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"alert/{key}",
                alert_v2_id=alert.id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return alert.id

    def _dashboard(self, key: str, model: Dashboard) -> pulumi.Output[str]:
        dashboard = databricks.Dashboard(
            key,
            display_name=self._args.environment.own_name(key, model.name),
            serialized_dashboard=self._args.sources.text(model.source),
            warehouse_id=self._around.warehouses[model.warehouse],
            dataset_catalog=self._around.catalogs[model.catalog] if model.catalog else None,
            dataset_schema=model.schema_,
            embed_credentials=model.embed_credentials,
            parent_path=self._folder,
            opts=self._inside,
        )
        if model.permissions:
            databricks.Permissions(
                f"dashboard/{key}",
                dashboard_id=dashboard.id,
                access_controls=self._around.principals.access_controls(model.permissions),
                opts=self._inside,
            )
        return dashboard.id


def _evaluation(model: Alert, around: Surroundings) -> databricks.AlertV2EvaluationArgs:
    subscribers = [
        databricks.AlertV2EvaluationNotificationSubscriptionArgs(user_email=one)
        if "@" in one
        else databricks.AlertV2EvaluationNotificationSubscriptionArgs(destination_id=around.destinations[one])
        for one in model.notify
    ]
    value = databricks.AlertV2EvaluationThresholdValueArgs(double_value=model.threshold)
    return databricks.AlertV2EvaluationArgs(
        comparison_operator=model.compare,
        source=databricks.AlertV2EvaluationSourceArgs(name=model.column, aggregation=model.aggregation),
        threshold=databricks.AlertV2EvaluationThresholdArgs(value=value) if model.threshold is not None else None,
        empty_result_state=model.empty,
        notification=databricks.AlertV2EvaluationNotificationArgs(
            notify_on_ok=model.notify_on_ok,
            retrigger_seconds=model.again_after * 60 or None,
            subscriptions=subscribers,
        ),
    )


def _run_as(model: Alert, around: Surroundings) -> databricks.AlertV2RunAsArgs | None:
    if model.run_as is None:
        return None
    return databricks.AlertV2RunAsArgs(
        service_principal_name=around.principals.application_ids.get(model.run_as),
        user_name=around.principals.user_names.get(model.run_as),
    )
