"""Catalogs: names that are free, and connections that are there."""

from __future__ import annotations

from typing import Final

from infra.models.crosscheck.words import Path, Wrong, known
from infra.models.environment import Environment

#: Catalogs that every workspace has, or that the platform keeps for itself.
RESERVED_CATALOGS: Final = frozenset({"hive_metastore", "samples", "spark_catalog", "system", "global_temp"})
#: `USE CATALOG name` and three-part names take no more; https://docs.databricks.com/sql/language-manual/sql-ref-names.
_LONGEST: Final = 255


def catalogs(environment: Environment) -> Wrong:
    """Each catalog's name is free, and what it shows is there."""
    claimed: dict[str, str] = {}
    for domain, catalog in environment.catalogs.items():
        at: Path = ("catalogs", domain)
        name = environment.catalog_name(domain)
        if name in claimed:
            yield from _claimed_twice(environment, domain, claimed[name])
        if name in RESERVED_CATALOGS or name.startswith("__"):
            yield (*at, "name"), f"'{name}' is a catalog of the platform's own; name another"
        if len(name) > _LONGEST:
            yield (
                (*at, "name"),
                f"comes to {len(name)} characters with the environment's name; {_LONGEST} is the platform's limit",
            )
        claimed.setdefault(name, domain)
        if catalog.connection is not None:
            yield from known((*at, "connection"), catalog.connection, environment.connections, "connection", "connections")


def _claimed_twice(environment: Environment, domain: str, first: str) -> Wrong:
    """One finding a schema that both claim; where they claim none in common, the catalog itself."""
    name, catalog = environment.catalog_name(domain), environment.catalogs[domain]
    both = [key for key in catalog.schemas if key in environment.catalogs[first].schemas]
    for key in both:
        yield (
            ("catalogs", domain, "schemas", key),
            f"'{name}.{key}' is claimed by the domain '{first}' already; one has to own it",
        )
    if not both:
        message = f"'{name}' is the catalog of '{first}' already; give each domain a catalog of its own"
        yield ("catalogs", domain, "name"), message
