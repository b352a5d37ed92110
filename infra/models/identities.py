"""Who acts in an environment: service principals, groups, and the roles that grants are written in."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import model_validator

from infra.models.privileges import ALL_KNOWN
from infra.models.record import Key, Record, WrongAt
from infra.models.substitution import Text
from infra.models.suggestion import did_you_mean


class ServicePrincipal(Record):
    """Something that runs without a person; its name in the workspace is `<key>-<environment>`."""

    name: Text | None = None
    """Its display name, where it is not `<key>-<environment>`."""


class Group(Record):
    """A group; its name in the workspace is its key, since groups are the account's and not one environment's."""

    name: Text | None = None
    """Its display name, where it is not the key."""
    existing: bool = False
    """It is there already, by way of the identity provider: it is granted to, and neither created nor changed."""
    members: tuple[Key, ...] = ()
    """Service principals and groups in it."""

    @model_validator(mode="after")
    def _no_members_of_others(self) -> Group:
        if self.existing and self.members:
            raise WrongAt(("members",), "are kept elsewhere, since the group is 'existing'; leave them out")
        return self


class Identities(Record):
    """Everyone that the environment names; whoever it does not name is left alone."""

    service_principals: Mapping[Key, ServicePrincipal] = {}
    """What runs without a person."""
    groups: Mapping[Key, Group] = {}
    """Groups of people and service principals."""
    roles: Mapping[Key, tuple[str, ...]] = {}
    """Named sets of privileges, to be used in grants."""

    @model_validator(mode="after")
    def _consistent(self) -> Identities:
        both = sorted(set(self.service_principals) & set(self.groups))
        if both:
            raise WrongAt(("groups", both[0]), "is a service principal's name too; grants could not tell them apart")
        for role, privileges in self.roles.items():
            for index, privilege in enumerate(privileges):
                if privilege not in ALL_KNOWN:
                    meant = did_you_mean(privilege, ALL_KNOWN)
                    raise WrongAt(("roles", role, index), f"'{privilege}' is no privilege{meant}")
        return self

    @property
    def principals(self) -> frozenset[str]:
        """The keys of all who can be granted something."""
        return frozenset(self.service_principals) | frozenset(self.groups)

    def privileges(self, granted: tuple[str, ...]) -> tuple[str, ...]:
        """What a grant's words come to, roles spelt out, sorted as the platform answers them."""
        spelt_out = {privilege for word in granted for privilege in self.roles.get(word, (word,))}
        return tuple(sorted(spelt_out))

    def groups_of(self, principal: str) -> frozenset[str]:
        """The groups that a principal is in, at any depth, as far as the environment keeps them."""
        found: set[str] = set()
        pending = [principal]
        while pending:
            member = pending.pop()
            holding = {key for key, group in self.groups.items() if member in group.members} - found
            found |= holding
            pending.extend(holding)
        return frozenset(found)
