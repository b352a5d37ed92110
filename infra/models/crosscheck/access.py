"""Who may use what in the workspace, and who is in which group."""

from __future__ import annotations

from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment


def permissions(environment: Environment) -> Wrong:
    """Permissions and ACLs name those who are known."""
    for key, warehouse in environment.warehouses.items():
        for who in warehouse.permissions:
            yield from principal(environment, ("warehouses", key, "permissions", who), who)
    for key, scope in environment.secrets.scopes.items():
        for who in scope.acls:
            yield from principal(environment, ("secrets", "scopes", key, "acls", who), who)


def members(environment: Environment) -> Wrong:
    """Members are known, and no group is in itself."""
    groups = environment.identities.groups
    for key, group in groups.items():
        for index, member in enumerate(group.members):
            path: Path = ("identities", "groups", key, "members", index)
            yield from principal(environment, path, member)
        if key in environment.identities.groups_of(key):
            yield ("identities", "groups", key, "members"), "goes in a circle: the group would be a member of itself"
