"""Who acts in an environment, and the roles that grants are written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import model_validator

from infra.models.principal import Group, ServicePrincipal, User
from infra.models.privileges import ALL_KNOWN
from infra.models.record import Key, Record, WrongAt
from infra.models.suggestion import did_you_mean


class Identities(Record):
    """Everyone that the environment names; whoever it does not name is left alone."""

    level: Literal["workspace", "account"] = "workspace"
    """Whose they are: the workspace's, or the account's, assigned to the workspace. `account` needs an `account`."""
    service_principals: Mapping[Key, ServicePrincipal] = {}
    """What runs without a person."""
    users: Mapping[Key, User] = {}
    """People."""
    groups: Mapping[Key, Group] = {}
    """Groups of people, service principals and groups."""
    roles: Mapping[Key, tuple[str, ...]] = {}
    """Named sets of privileges, to be used in grants."""

    @model_validator(mode="after")
    def _consistent(self) -> Identities:
        for kind, key, other in self._twice():
            raise WrongAt((kind, key), f"is a {other}'s name too; grants could not tell them apart")
        for role, privileges in self.roles.items():
            for index, privilege in enumerate(privileges):
                if privilege not in ALL_KNOWN:
                    meant = did_you_mean(privilege, ALL_KNOWN)
                    raise WrongAt(("roles", role, index), f"'{privilege}' is no privilege{meant}")
        return self

    @property
    def principals(self) -> frozenset[str]:
        """The keys of all who can be granted something."""
        return frozenset(self.service_principals) | frozenset(self.users) | frozenset(self.groups)

    @property
    def runners(self) -> frozenset[str]:
        """The keys of all who can run something: service principals and users."""
        return frozenset(self.service_principals) | frozenset(self.users)

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

    def _twice(self) -> Iterator[tuple[str, str, str]]:
        kinds = (("service_principals", "service principal"), ("users", "user"), ("groups", "group"))
        claimed: dict[str, str] = {}
        for section, noun in kinds:
            for key in sorted(getattr(self, section)):
                if key in claimed:
                    yield section, key, claimed[key]
                claimed.setdefault(key, noun)
