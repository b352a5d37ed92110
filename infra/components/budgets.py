"""What an environment may cost: a budget with its alerts, and tags of serverless usage. All of it is the account's."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.surroundings import Names
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.account import Account
    from infra.models.budgets import BudgetPolicy
    from infra.models.budgets import Budgets as BudgetsModel


@dataclass(frozen=True, slots=True)
class BudgetsArgs:
    """Whose `budgets`; the account that its workspace belongs to."""

    environment: Environment
    account: Account


class Budgets(pulumi.ComponentResource):
    """`policies` are ids by the keys of the environment file. `opts.provider` is the account's."""

    def __init__(self, name: str, args: BudgetsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:budgets:Budgets", name, None, opts)
        self._environment, self._account = args.environment, args.account
        self._inside = pulumi.ResourceOptions(parent=self)
        model = args.environment.budgets
        if model.monthly_usd is not None:
            self._budget(name, model, Decimal(model.monthly_usd))
        self.policies: Names = {key: self._policy(key, policy) for key, policy in model.policies.items()}
        self.register_outputs({"policies": self.policies})

    def _budget(self, name: str, model: BudgetsModel, monthly: Decimal) -> None:
        workspace = int(self._account.workspace_id)
        databricks.Budget(
            name,
            display_name=f"lakestead-{self._environment.name}",
            alert_configurations=[_alert(monthly * Decimal(str(part)), model.notify) for part in sorted(model.alert_at)],
            filter=databricks.BudgetFilterArgs(
                workspace_id=databricks.BudgetFilterWorkspaceIdArgs(operator="IN", values=[workspace]),
                tags=[
                    databricks.BudgetFilterTagArgs(
                        key=key, value=databricks.BudgetFilterTagValueArgs(operator="IN", values=list(values))
                    )
                    for key, values in sorted(model.tags.items())
                ]
                or None,
            ),
            opts=self._inside,
        )

    def _policy(self, key: str, model: BudgetPolicy) -> pulumi.Output[str]:
        tags = [databricks.BudgetPolicyCustomTagArgs(key=tag, value=value) for tag, value in sorted(model.tags.items())]
        policy = databricks.BudgetPolicy(
            key,
            policy_name=self._environment.own_name(key, model.name),
            custom_tags=tags,
            binding_workspace_ids=[int(self._account.workspace_id)],
            opts=self._inside,
        )
        return policy.policy_id


def _alert(dollars: Decimal, people: tuple[str, ...]) -> databricks.BudgetAlertConfigurationArgs:
    return databricks.BudgetAlertConfigurationArgs(
        time_period="MONTH",
        trigger_type="CUMULATIVE_SPENDING_EXCEEDED",
        quantity_type="LIST_PRICE_DOLLARS_USD",
        quantity_threshold=f"{dollars.normalize():f}",
        action_configurations=[
            databricks.BudgetAlertConfigurationActionConfigurationArgs(action_type="EMAIL_NOTIFICATION", target=one)
            for one in people
        ],
    )
