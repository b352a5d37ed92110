"""Names in the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from infra.models.crosscheck.words import Path, Wrong
from infra.models.environment import Environment


class _Named(Protocol):
    @property
    def name(self) -> str | None: ...


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
        (("sharing", "shares"), "name", environment.sharing.shares, environment.share_name),
        (("sharing", "recipients"), "name", environment.sharing.recipients, environment.recipient_name),
        *((path, "name", section, _own(environment, section)) for path, section in _named(environment)),
    ]
    for path, field, keys, name_of in kinds:
        claimed: dict[str, str] = {}
        for key in keys:
            first = claimed.setdefault(name_of(key), key)
            if first != key:
                yield (*path, key, field), f"'{name_of(key)}' is the name of '{first}' already; give each its own"


def _own(environment: Environment, section: Mapping[str, _Named]) -> Callable[[str], str]:
    return lambda key: environment.own_name(key, section[key].name)


def _named(environment: Environment) -> Iterator[tuple[Path, Mapping[str, _Named]]]:
    """What is called `<key>-<environment>` unless it says otherwise."""
    yield ("jobs",), environment.jobs
    yield ("pipelines",), environment.pipelines
    yield ("queries",), environment.queries
    yield ("alerts",), environment.alerts
    yield ("dashboards",), environment.dashboards
    yield ("notifications",), environment.notifications
    yield ("compute", "policies"), environment.compute.policies
    yield ("compute", "pools"), environment.compute.pools
    yield ("compute", "clusters"), environment.compute.clusters
    yield ("ai", "vector_search"), environment.ai.vector_search
    yield ("ai", "serving"), environment.ai.serving
    yield ("budgets", "policies"), environment.budgets.policies
