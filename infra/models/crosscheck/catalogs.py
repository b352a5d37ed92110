"""Catalogs with what is in them: their names, their owners, what is granted there."""

from __future__ import annotations

from typing import Final

from infra.models.crosscheck.grants import grants, reachable
from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment

#: Catalogs that every workspace has, or that the platform keeps for itself.
RESERVED_CATALOGS: Final = frozenset({"hive_metastore", "samples", "spark_catalog", "system", "global_temp"})


def catalogs(environment: Environment) -> Wrong:
    """Each catalog's name is free, and its grants hold, all the way down."""
    claimed: dict[str, str] = {}
    for domain, catalog in environment.catalogs.items():
        at: Path = ("catalogs", domain)
        name = environment.catalog_name(domain)
        if name in claimed:
            yield (*at, "name"), f"'{name}' is the catalog of '{claimed[name]}' already; give each domain a catalog of its own"
        if name in RESERVED_CATALOGS or name.startswith("__"):
            yield (*at, "name"), f"'{name}' is a catalog of the platform's own; name another"
        claimed.setdefault(name, domain)
        yield from grants(environment, at, "catalog", catalog.grants)
        for key, schema in catalog.schemas.items():
            inner: Path = (*at, "schemas", key)
            yield from grants(environment, inner, "schema", schema.grants)
            yield from reachable(environment, inner, catalog, schema.grants)
            for volume_key, volume in schema.volumes.items():
                yield from grants(environment, (*inner, "volumes", volume_key), "volume", volume.grants)


def owners(environment: Environment) -> Wrong:
    """Who owns something is known."""
    for domain, catalog in environment.catalogs.items():
        places: list[tuple[Path, str | None]] = [(("catalogs", domain, "owner"), catalog.owner)]
        for key, schema in catalog.schemas.items():
            at: Path = ("catalogs", domain, "schemas", key)
            places.append(((*at, "owner"), schema.owner))
            places.extend(((*at, "volumes", name, "owner"), volume.owner) for name, volume in schema.volumes.items())
        for path, owner in places:
            if owner is not None:
                yield from principal(environment, path, owner)
