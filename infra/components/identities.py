"""Service principals and groups of an environment, and who is in which group."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class IdentitiesArgs:
    """The environment whose `identities` are to be."""

    environment: Environment


class Identities(pulumi.ComponentResource):
    """`principals` is what all other components grant to."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:identities:Identities", name, None, opts)
        self._inside = pulumi.ResourceOptions(parent=self)
        runners = self._service_principals(args.environment)
        groups = self._groups(args.environment)
        self._members(args.environment, runners, groups)
        self.principals = Principals(
            application_ids={key: runner.application_id for key, runner in runners.items()},
            group_names={
                key: groups[key].display_name if key in groups else pulumi.Output.from_input(args.environment.group_name(key))
                for key in args.environment.identities.groups
            },
        )
        self.register_outputs({"application_ids": self.principals.application_ids})

    def _service_principals(self, environment: Environment) -> dict[str, databricks.ServicePrincipal]:
        """May sign in to the workspace and use SQL; everything else is granted."""
        return {
            key: databricks.ServicePrincipal(
                key,
                display_name=environment.service_principal_name(key),
                workspace_access=True,
                databricks_sql_access=True,
                opts=self._inside,
            )
            for key in environment.identities.service_principals
        }

    def _groups(self, environment: Environment) -> dict[str, databricks.Group]:
        return {
            key: databricks.Group(key, display_name=environment.group_name(key), opts=self._inside)
            for key, group in environment.identities.groups.items()
            if not group.existing
        }

    def _members(
        self,
        environment: Environment,
        runners: dict[str, databricks.ServicePrincipal],
        groups: dict[str, databricks.Group],
    ) -> None:
        for key, group in environment.identities.groups.items():
            for member in group.members:
                who = runners[member] if member in runners else groups[member]
                databricks.GroupMember(f"{key}/{member}", group_id=groups[key].id, member_id=who.id, opts=self._inside)
