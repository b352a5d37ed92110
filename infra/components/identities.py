"""Everyone that an environment makes, who is in which group, and what each may do in the workspace.

With `level: account` they are made in the account and assigned to the workspace, which is where entitlements are given then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment
from infra.models.principal import USUAL

if TYPE_CHECKING:
    from infra.models.principal import Group, ServicePrincipal, User

    Made = databricks.ServicePrincipal | databricks.User | databricks.Group


@dataclass(frozen=True, slots=True)
class IdentitiesArgs:
    """The environment whose `identities` are to be; the account's provider, if the environment names an account."""

    environment: Environment
    account: databricks.Provider | None = None


class Identities(pulumi.ComponentResource):
    """`principals` is what all other components grant to."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:identities:Identities", name, None, opts)
        self._environment = args.environment
        self._everyone = args.environment.identities
        self._inside = pulumi.ResourceOptions(parent=self)
        self._of_account = args.environment.identities.level == "account"
        # Said outright: an account's directory may have a workspace's address.
        self._api = "account" if self._of_account else None
        self._made_at = pulumi.ResourceOptions(parent=self, provider=args.account) if self._of_account else self._inside
        runners, users, groups = self._service_principals(), self._users(), self._groups()
        made: dict[str, Made] = {**runners, **users, **groups}
        self.principals = self._principals(runners, users, groups)
        self._members()
        self._rights(made)
        self.register_outputs({"application_ids": self.principals.application_ids})

    def _principals(
        self,
        runners: dict[str, databricks.ServicePrincipal],
        users: dict[str, databricks.User],
        groups: dict[str, databricks.Group],
    ) -> Principals:
        everyone: dict[str, ServicePrincipal | User | Group] = {
            **self._everyone.service_principals,
            **self._everyone.users,
            **self._everyone.groups,
        }
        known = {key: pulumi.Output.from_input(one.id) for key, one in everyone.items() if one.id is not None}
        return Principals(
            application_ids={
                key: runners[key].application_id if key in runners else pulumi.Output.from_input(str(one.application_id))
                for key, one in self._everyone.service_principals.items()
            },
            user_names={
                key: users[key].user_name if key in users else pulumi.Output.from_input(one.email)
                for key, one in self._everyone.users.items()
            },
            group_names={
                key: groups[key].display_name if key in groups else pulumi.Output.from_input(self._environment.group_name(key))
                for key in self._everyone.groups
            },
            ids={**known, **{key: one.id for key, one in {**runners, **users, **groups}.items()}},
        )

    def _service_principals(self) -> dict[str, databricks.ServicePrincipal]:
        return {
            key: databricks.ServicePrincipal(
                key,
                display_name=self._environment.service_principal_name(key),
                disable_as_user_deletion=self._kept,
                **self._granted_at_birth(one.entitlements, USUAL),
                api=self._api,
                opts=self._made_at,
            )
            for key, one in self._everyone.service_principals.items()
            if not one.existing
        }

    def _users(self) -> dict[str, databricks.User]:
        return {
            key: databricks.User(
                key,
                user_name=one.email,
                display_name=one.name,
                disable_as_user_deletion=self._kept,
                **self._granted_at_birth(one.entitlements, USUAL),
                api=self._api,
                opts=self._made_at,
            )
            for key, one in self._everyone.users.items()
            if not one.existing
        }

    @property
    def _kept(self) -> bool | None:
        """What is made in the account is removed from it, too: the account's own default is to deactivate it."""
        return False if self._of_account else None

    def _groups(self) -> dict[str, databricks.Group]:
        return {
            key: databricks.Group(
                key,
                display_name=self._environment.group_name(key),
                **self._granted_at_birth(one.entitlements, ()),
                api=self._api,
                opts=self._made_at,
            )
            for key, one in self._everyone.groups.items()
            if not one.existing
        }

    def _granted_at_birth(self, entitlements: tuple[str, ...] | None, usual: tuple[str, ...]) -> dict[str, Any]:
        """What is given in the one call that makes them; the account has no entitlements to give."""
        return {} if self._of_account else _flags(usual if entitlements is None else entitlements)

    def _members(self) -> None:
        """One resource for each membership, so that others' memberships are left alone."""
        ids = self.principals.ids
        for key, group in self._everyone.groups.items():
            for member in group.members:
                databricks.GroupMember(
                    f"{key}/{member}", group_id=ids[key], member_id=ids[member], api=self._api, opts=self._made_at
                )

    def _rights(self, made: dict[str, Made]) -> None:
        """What goes by number and comes after: assignment to the workspace, entitlements of those who are there already."""
        for key, runner in self._everyone.service_principals.items():
            self._assign(key, runner, made, USUAL, "service_principal_id")
        for key, user in self._everyone.users.items():
            self._assign(key, user, made, USUAL, "user_id")
        for key, group in self._everyone.groups.items():
            self._assign(key, group, made, (), "group_id")

    def _assign(
        self, key: str, one: ServicePrincipal | User | Group, made: dict[str, Made], usual: tuple[str, ...], number: str
    ) -> None:
        account = self._environment.account
        here = key in made
        assigned: list[pulumi.Resource] = []
        if self._of_account and account is not None and (here or one.admin):
            assigned.append(
                databricks.MwsPermissionAssignment(
                    key,
                    workspace_id=account.workspace_id,
                    principal_id=self.principals.ids[key],
                    permissions=["ADMIN" if one.admin else "USER"],
                    opts=self._made_at,
                )
            )
        entitlements = one.entitlements if one.entitlements is not None else usual if here else ()
        if entitlements and (self._of_account or not here):
            databricks.Entitlements(
                key,
                **{number: self.principals.ids[key], **_flags(entitlements)},
                opts=pulumi.ResourceOptions.merge(self._inside, pulumi.ResourceOptions(depends_on=assigned)),
            )


def _flags(entitlements: tuple[str, ...]) -> dict[str, Any]:
    return dict.fromkeys(entitlements, True)
