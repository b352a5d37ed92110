"""Walks over the data that an environment describes: its schemas, its tables, whatever can be owned or granted on."""

from __future__ import annotations

from collections.abc import Iterator

from infra.models.catalog import Catalog, Schema
from infra.models.crosscheck.words import Path
from infra.models.environment import Environment
from infra.models.securable import Grants
from infra.models.table import Table

#: Where it stands, what it is (a key of `PRIVILEGES`), who owns it, who may do what with it.
Securable = tuple[Path, str, str | None, Grants]


def schemas(environment: Environment) -> Iterator[tuple[Path, str, Catalog, Schema]]:
    """Every schema: where it stands, its domain, its catalog, itself."""
    for domain, catalog in environment.catalogs.items():
        for key, schema in catalog.schemas.items():
            yield ("catalogs", domain, "schemas", key), domain, catalog, schema


def tables(environment: Environment) -> Iterator[tuple[Path, str, Schema, Table]]:
    """Every table that the environment keeps: where it stands, its domain, its schema, itself."""
    for at, domain, _, schema in schemas(environment):
        for key, table in schema.tables.items():
            yield (*at, "tables", key), domain, schema, table


def securables(environment: Environment) -> Iterator[Securable]:
    """Whatever Unity Catalog lets one own or grant on."""
    if environment.metastore is not None:
        yield ("metastore",), "metastore", None, environment.metastore.grants
    for key, credential in environment.storage.credentials.items():
        yield ("storage", "credentials", key), "storage credential", credential.owner, credential.grants
    for key, location in environment.storage.locations.items():
        yield ("storage", "locations", key), "external location", location.owner, location.grants
    for key, connection in environment.connections.items():
        yield ("connections", key), "connection", connection.owner, connection.grants
    for domain, catalog in environment.catalogs.items():
        yield ("catalogs", domain), "catalog", catalog.owner, catalog.grants
    for at, _, _, schema in schemas(environment):
        yield at, "schema", schema.owner, schema.grants
        for name, table in schema.tables.items():
            yield (*at, "tables", name), "table", table.owner, table.grants
        for name, volume in schema.volumes.items():
            yield (*at, "volumes", name), "volume", volume.owner, volume.grants
    yield ("governance",), "function", None, environment.governance.grants
    for name, system in environment.governance.system_schemas.items():
        yield ("governance", "system_schemas", name), "schema", None, system.grants


def privileges(environment: Environment, who: str, *grants: Grants) -> frozenset[str]:
    """What a principal is granted, in person or through groups that the environment keeps, at any of these places."""
    ways = {who, *environment.identities.groups_of(who)}
    granted = [given[way] for given in grants for way in ways if way in given]
    return frozenset(privilege for words in granted for privilege in environment.identities.privileges(words))
