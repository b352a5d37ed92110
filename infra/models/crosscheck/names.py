"""Names in the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from infra.models.crosscheck.words import Path, Wrong
from infra.models.environment import Environment


def names(environment: Environment) -> Wrong:
    """Two keys, one name: the platform would refuse the second, or take it for the first."""
    identities = environment.identities
    kinds: list[tuple[Path, str, Iterable[str], Callable[[str], str]]] = [
        (("warehouses",), "name", environment.warehouses, environment.warehouse_name),
        (("identities", "service_principals"), "name", identities.service_principals, environment.service_principal_name),
        (("identities", "users"), "email", identities.users, lambda key: identities.users[key].email),
        (("identities", "groups"), "name", identities.groups, environment.group_name),
        (("secrets", "scopes"), "name", environment.secrets.scopes, environment.scope_name),
        (("storage", "credentials"), "name", environment.storage.credentials, environment.credential_name),
        (("storage", "locations"), "name", environment.storage.locations, environment.location_name),
        (("connections",), "name", environment.connections, environment.connection_name),
        (("jobs",), "name", environment.jobs, environment.job_name),
    ]
    for path, field, keys, name_of in kinds:
        claimed: dict[str, str] = {}
        for key in keys:
            first = claimed.setdefault(name_of(key), key)
            if first != key:
                yield (*path, key, field), f"'{name_of(key)}' is the name of '{first}' already; give each its own"
