"""Who may use what in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment


class _Permitted(Protocol):
    @property
    def permissions(self) -> Mapping[str, str]: ...


def permissions(environment: Environment) -> Wrong:
    """Permissions and ACLs name those who are known."""
    for path, one in permitted(environment):
        for who in one.permissions:
            yield from principal(environment, (*path, "permissions", who), who)
    for key, scope in environment.secrets.scopes.items():
        for who in scope.acls:
            yield from principal(environment, ("secrets", "scopes", key, "acls", who), who)


def permitted(environment: Environment) -> Iterator[tuple[Path, _Permitted]]:
    """Everything that has permissions, with its place in the file."""
    compute, ai = environment.compute, environment.ai
    sections: list[tuple[Path, Mapping[str, _Permitted]]] = [
        (("warehouses",), environment.warehouses),
        (("jobs",), environment.jobs),
        (("pipelines",), environment.pipelines),
        (("compute", "policies"), compute.policies),
        (("compute", "pools"), compute.pools),
        (("compute", "clusters"), compute.clusters),
        (("notebooks",), environment.notebooks),
        (("directories",), environment.directories),
        (("git", "folders"), environment.git.folders),
        (("queries",), environment.queries),
        (("alerts",), environment.alerts),
        (("dashboards",), environment.dashboards),
        (("ai", "experiments"), ai.experiments),
        (("ai", "vector_search"), ai.vector_search),
        (("ai", "serving"), ai.serving),
    ]
    for path, section in sections:
        for key, one in section.items():
            yield (*path, key), one


def may_use(environment: Environment, who: str, given: Mapping[str, str], levels: Iterable[str]) -> bool:
    """Whether `given`, the permissions of something, give `who` one of `levels`, by name or by a group."""
    ways = {who, *environment.identities.groups_of(who)}
    return any(given[way] in levels for way in ways.intersection(given))
