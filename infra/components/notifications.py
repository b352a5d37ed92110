"""Notification destinations: where jobs and alerts send word. Their addresses are secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.secret_values import SecretValues
from infra.components.surroundings import Names
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.notifications import Destination


@dataclass(frozen=True, slots=True)
class NotificationsArgs:
    """Whose `notifications`, and the values of their secrets."""

    environment: Environment
    values: SecretValues = field(repr=False)


class Notifications(pulumi.ComponentResource):
    """`destinations` are ids by the keys of the environment file."""

    def __init__(self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:notifications:Notifications", name, None, opts)
        self._values = args.values
        self.destinations: Names = {
            key: databricks.NotificationDestination(
                key,
                display_name=args.environment.own_name(key, model.name),
                config=self._config(model),
                opts=pulumi.ResourceOptions(parent=self),
            ).id
            for key, model in args.environment.notifications.items()
        }
        self.register_outputs({"destinations": self.destinations})

    def _config(self, model: Destination) -> databricks.NotificationDestinationConfigArgs:
        return databricks.NotificationDestinationConfigArgs(
            email=databricks.NotificationDestinationConfigEmailArgs(addresses=list(model.email)) if model.email else None,
            slack=databricks.NotificationDestinationConfigSlackArgs(url=self._secret(model.slack.url)) if model.slack else None,
            microsoft_teams=databricks.NotificationDestinationConfigMicrosoftTeamsArgs(url=self._secret(model.teams.url))
            if model.teams
            else None,
            pagerduty=databricks.NotificationDestinationConfigPagerdutyArgs(integration_key=self._secret(model.pagerduty.key))
            if model.pagerduty
            else None,
            generic_webhook=databricks.NotificationDestinationConfigGenericWebhookArgs(
                url=self._secret(model.webhook.url),
                username=model.webhook.username,
                password=self._secret(model.webhook.password) if model.webhook.password else None,
            )
            if model.webhook
            else None,
        )

    def _secret(self, reference: str) -> pulumi.Output[str]:
        return pulumi.Output.secret(self._values[reference])
