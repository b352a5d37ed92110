"""What holds for the whole workspace, and what jobs, alerts and endpoints need before they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.budgets import Budgets, BudgetsArgs
from infra.components.clusters import Clusters, ClustersArgs
from infra.components.notifications import Notifications, NotificationsArgs
from infra.components.secret_values import SecretValues
from infra.components.surroundings import Surroundings
from infra.components.workspace_settings import WorkspaceSettings, WorkspaceSettingsArgs
from infra.models import Environment
from infra.models.settings import Settings
from stacks.lakehouse import Lakehouse


@dataclass(frozen=True, slots=True)
class Controls:
    """What was made, each if the environment says anything of it."""

    settings: WorkspaceSettings | None
    notifications: Notifications | None
    budgets: Budgets | None
    clusters: Clusters | None

    @property
    def components(self) -> list[pulumi.Resource]:
        """Everything, for what may only start once all of it is there."""
        made = (self.settings, self.notifications, self.budgets, self.clusters)
        return [component for component in made if component is not None]


def controls(
    environment: Environment,
    values: SecretValues,
    base: Lakehouse,
    options: pulumi.ResourceOptions,
    account: databricks.Provider | None,
) -> Controls:
    """Register what the environment says of it; `values` are those of its secrets, `account` is its account's provider."""
    catalogs = {key: catalog.catalog_name for key, catalog in base.catalogs.items()}
    has_settings = environment.settings != Settings() or environment.network.ip_access
    budgets, compute = environment.budgets, environment.compute
    return Controls(
        settings=WorkspaceSettings("workspace", WorkspaceSettingsArgs(environment, catalogs), options)
        if has_settings
        else None,
        notifications=Notifications("notifications", NotificationsArgs(environment, values), options)
        if environment.notifications
        else None,
        budgets=Budgets("budgets", BudgetsArgs(environment, environment.account), pulumi.ResourceOptions(provider=account))
        if environment.account is not None and (budgets.monthly_usd is not None or budgets.policies)
        else None,
        clusters=Clusters("compute", ClustersArgs(environment, base.identities.principals), options)
        if compute.policies or compute.pools or compute.clusters
        else None,
    )


def surroundings(base: Lakehouse, controls: Controls) -> Surroundings:
    """What the lakehouse and the controls are called, for all that names them."""
    nothing: Mapping[str, pulumi.Input[str]] = {}
    return Surroundings(
        principals=base.identities.principals,
        catalogs={key: catalog.catalog_name for key, catalog in base.catalogs.items()},
        warehouses={key: warehouse.warehouse_id for key, warehouse in base.warehouses.items()},
        scopes={key: scope.scope_name for key, scope in base.scopes.items()},
        destinations=controls.notifications.destinations if controls.notifications else nothing,
        budget_policies=controls.budgets.policies if controls.budgets else nothing,
        cluster_policies=controls.clusters.policies if controls.clusters else nothing,
        pools=controls.clusters.pools if controls.clusters else nothing,
        clusters=controls.clusters.clusters if controls.clusters else nothing,
    )
