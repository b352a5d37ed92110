"""What no part of an environment can know alone: whether the names that one part uses are said by another. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from infra.models.catalog import Catalog, Grants
from infra.models.document import dotted, locate
from infra.models.environment import Environment
from infra.models.errors import Finding
from infra.models.job import Job
from infra.models.privileges import CATALOG_PRIVILEGES, PRIVILEGES
from infra.models.suggestion import did_you_mean

Path = tuple[str | int, ...]

#: Catalogs that every workspace has, or that the platform keeps for itself.
RESERVED_CATALOGS: Final = frozenset({"hive_metastore", "samples", "spark_catalog", "system", "global_temp"})


def crosscheck(environment: Environment) -> list[Finding]:
    """Everything in which the parts do not fit one another."""
    return [
        Finding(locate(environment.document, path), dotted(path), message)
        for check in (_catalogs, _names, _owners, _permissions, _members, _secrets, _dbt)
        for path, message in check(environment)
    ]


Wrong = Iterator[tuple[Path, str]]


def _catalogs(environment: Environment) -> Wrong:
    claimed: dict[str, str] = {}
    for domain, catalog in environment.catalogs.items():
        at: Path = ("catalogs", domain)
        name = environment.catalog_name(domain)
        if name in claimed:
            yield (*at, "name"), f"'{name}' is the catalog of '{claimed[name]}' already; give each domain a catalog of its own"
        if name in RESERVED_CATALOGS or name.startswith("__"):
            yield (*at, "name"), f"'{name}' is a catalog of the platform's own; name another"
        claimed.setdefault(name, domain)
        yield from _grants(environment, at, "catalog", catalog.grants)
        for key, schema in catalog.schemas.items():
            inner: Path = (*at, "schemas", key)
            yield from _grants(environment, inner, "schema", schema.grants)
            yield from _reachable(environment, inner, catalog, schema.grants)
            for volume_key, volume in schema.volumes.items():
                yield from _grants(environment, (*inner, "volumes", volume_key), "volume", volume.grants)


def _names(environment: Environment) -> Wrong:
    """Two keys, one name: the platform would refuse the second, or take it for the first."""
    identities = environment.identities
    kinds: list[tuple[Path, Iterable[str], Callable[[str], str]]] = [
        (("warehouses",), environment.warehouses, environment.warehouse_name),
        (("identities", "service_principals"), identities.service_principals, environment.service_principal_name),
        (("identities", "groups"), identities.groups, environment.group_name),
        (("secrets", "scopes"), environment.secrets.scopes, environment.scope_name),
        (("dbt", "jobs"), environment.dbt.jobs if environment.dbt else (), environment.job_name),
    ]
    for path, keys, name_of in kinds:
        claimed: dict[str, str] = {}
        for key in keys:
            first = claimed.setdefault(name_of(key), key)
            if first != key:
                yield (*path, key, "name"), f"'{name_of(key)}' is the name of '{first}' already; give each its own"


def _grants(environment: Environment, at: Path, securable: str, grants: Grants) -> Wrong:
    known = PRIVILEGES[securable]
    roles = environment.identities.roles
    for principal, granted in grants.items():
        path: Path = (*at, "grants", principal)
        yield from _principal(environment, path, principal)
        if not granted:
            yield path, "grants nothing; name a privilege or a role, or leave the key out"
        for index, word in enumerate(granted):
            if word in roles:
                unfit = [privilege for privilege in roles[word] if privilege not in known]
                if unfit:
                    yield (*path, index), f"the role '{word}' holds {unfit[0]}, which cannot be granted on a {securable}"
            elif word in CATALOG_PRIVILEGES - known:
                yield (*path, index), f"'{word}' cannot be granted on a {securable}, only above it"
            elif word not in known:
                meant = did_you_mean(word, [*known, *roles])
                yield (*path, index), f"'{word}' is neither a privilege on a {securable} nor a role{meant}"


def _reachable(environment: Environment, at: Path, catalog: Catalog, grants: Grants) -> Wrong:
    """A grant in a schema is worth nothing to who may not enter its catalog: the platform asks for USE_CATALOG as well."""
    for principal in sorted(environment.identities.principals.intersection(grants)):
        ways = {principal, *environment.identities.groups_of(principal)}
        entered = {privilege for way in ways for privilege in environment.identities.privileges(catalog.grants.get(way, ()))}
        if not entered & {"USE_CATALOG", "ALL_PRIVILEGES"} and catalog.owner not in ways:
            yield (
                (*at, "grants", principal),
                f"'{principal}' cannot enter the catalog; grant it USE_CATALOG on catalogs.{at[1]} too",
            )


def _owners(environment: Environment) -> Wrong:
    for domain, catalog in environment.catalogs.items():
        places: list[tuple[Path, str | None]] = [(("catalogs", domain, "owner"), catalog.owner)]
        for key, schema in catalog.schemas.items():
            at: Path = ("catalogs", domain, "schemas", key)
            places.append(((*at, "owner"), schema.owner))
            places.extend(((*at, "volumes", name, "owner"), volume.owner) for name, volume in schema.volumes.items())
        for path, owner in places:
            if owner is not None:
                yield from _principal(environment, path, owner)


def _permissions(environment: Environment) -> Wrong:
    for key, warehouse in environment.warehouses.items():
        for principal in warehouse.permissions:
            yield from _principal(environment, ("warehouses", key, "permissions", principal), principal)
    for key, scope in environment.secrets.scopes.items():
        for principal in scope.acls:
            yield from _principal(environment, ("secrets", "scopes", key, "acls", principal), principal)


def _members(environment: Environment) -> Wrong:
    groups = environment.identities.groups
    for key, group in groups.items():
        for index, member in enumerate(group.members):
            path: Path = ("identities", "groups", key, "members", index)
            yield from _principal(environment, path, member)
        if key in environment.identities.groups_of(key):
            yield ("identities", "groups", key, "members"), "goes in a circle: the group would be a member of itself"


def _secrets(environment: Environment) -> Wrong:
    workspace = environment.workspace
    for key in ("token", "client_secret"):
        if getattr(workspace, key) is not None and environment.secrets.source == "none":
            yield ("workspace", key), "cannot be made up, and 'secrets: {source: none}' makes secrets up; use source: env"


def _dbt(environment: Environment) -> Wrong:
    dbt = environment.dbt
    if dbt is None:
        return
    yield from _known(("dbt", "catalog"), dbt.catalog, environment.catalogs, "domain", "catalogs")
    catalog = environment.catalogs.get(dbt.catalog)
    if catalog is not None:
        yield from _known(("dbt", "schema"), dbt.schema_, catalog.schemas, "schema", f"catalogs.{dbt.catalog}.schemas")
    if "environment" in dbt.vars:
        yield ("dbt", "vars", "environment"), f"is always the environment's name, '{environment.name}'; leave it out"
    for key, job in dbt.jobs.items():
        yield from _job(environment, ("dbt", "jobs", key), job)


def _job(environment: Environment, at: Path, job: Job) -> Wrong:
    yield from _known((*at, "warehouse"), job.warehouse, environment.warehouses, "warehouse", "warehouses")
    runners = environment.identities.service_principals
    yield from _known((*at, "run_as"), job.run_as, runners, "service principal", "identities.service_principals")
    for principal in job.permissions:
        yield from _principal(environment, (*at, "permissions", principal), principal)
    warehouse = environment.warehouses.get(job.warehouse)
    if warehouse is not None and job.run_as in runners:
        ways = {job.run_as, *environment.identities.groups_of(job.run_as)}
        if not any(warehouse.permissions.get(way) in ("CAN_USE", "CAN_MONITOR", "CAN_MANAGE") for way in ways):
            remedy = f"give it CAN_USE in warehouses.{job.warehouse}.permissions"
            yield (*at, "warehouse"), f"'{job.run_as}', who runs it, may not use '{job.warehouse}'; {remedy}"
    for task, step in job.tasks.items():
        for index, command in enumerate(step.run):
            if "--vars" in command:
                yield (*at, "tasks", task, "run", index), "takes its variables from dbt.vars; leave --vars out"


def _known(path: Path, word: str, known: Iterable[str], noun: str, where: str) -> Wrong:
    words = sorted(known)
    if word not in words:
        there = did_you_mean(word, words) or (f"; {where} has {', '.join(words)}" if words else f"; {where} has none")
        yield path, f"'{word}' is no {noun}{there}"


def _principal(environment: Environment, path: Path, word: str) -> Wrong:
    yield from _known(path, word, environment.identities.principals, "service principal or group", "identities")
