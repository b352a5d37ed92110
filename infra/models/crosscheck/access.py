"""Who may use what in the workspace."""

from __future__ import annotations

from infra.models.crosscheck.words import Wrong, principal
from infra.models.environment import Environment


def permissions(environment: Environment) -> Wrong:
    """Permissions and ACLs name those who are known."""
    for key, warehouse in environment.warehouses.items():
        for who in warehouse.permissions:
            yield from principal(environment, ("warehouses", key, "permissions", who), who)
    for key, scope in environment.secrets.scopes.items():
        for who in scope.acls:
            yield from principal(environment, ("secrets", "scopes", key, "acls", who), who)
