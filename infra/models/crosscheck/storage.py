"""Places in S3: credentials that are there, nothing inside of anything else, nothing written where only reading is allowed.

Unity Catalog refuses what lies in another's place, be it an external location, table or volume, or a catalog's own storage:
https://docs.databricks.com/aws/en/connect/unity-catalog/external-locations (path overlaps).
"""

from __future__ import annotations

from collections.abc import Iterator

from infra.models.crosscheck.data import schemas
from infra.models.crosscheck.words import Path, Wrong, known
from infra.models.environment import Environment
from infra.models.securable import Bound

Places = list[tuple[Path, str]]


def storage(environment: Environment) -> Wrong:
    """Credentials and locations, and what lies in these."""
    model = environment.storage
    for key, credential in model.credentials.items():
        yield from _read_only_bindings(("storage", "credentials", key), credential)
    for key, location in model.locations.items():
        at: Path = ("storage", "locations", key)
        yield from _read_only_bindings(at, location)
        yield from known(
            (*at, "credential"), location.credential, model.credentials, "storage credential", "storage.credentials"
        )
        reached = model.credentials.get(location.credential)
        if reached is not None and reached.read_only and not location.read_only:
            yield (*at, "credential"), f"'{location.credential}' is read_only, so the location has to be: say read_only: true"
    locations: Places = [(("storage", "locations", key, "url"), location.url) for key, location in model.locations.items()]
    yield from _overlaps(locations)
    yield from _overlaps([*_managed(environment), *_external(environment)])
    yield from _unwritable(environment)


def _read_only_bindings(at: Path, bound: Bound) -> Wrong:
    for key, binding in bound.workspaces.items():
        if binding.access == "read-only":
            yield (*at, "workspaces", key, "access"), "'read-only' binds catalogs alone; leave it out here"


def _managed(environment: Environment) -> Iterator[tuple[Path, str]]:
    """Where managed tables are kept. Catalogs may share a place: each object there has a name of its own."""
    places: dict[str, Path] = {}
    for domain, catalog in environment.catalogs.items():
        if catalog.storage is not None:
            places.setdefault(catalog.storage, ("catalogs", domain, "storage"))
    for at, _, catalog, schema in schemas(environment):
        if schema.storage is not None and not inside(schema.storage, catalog.storage):
            places.setdefault(schema.storage, (*at, "storage"))
    yield from ((path, url) for url, path in places.items())


def _external(environment: Environment) -> Iterator[tuple[Path, str]]:
    for at, _, _, schema in schemas(environment):
        for name, table in schema.tables.items():
            if table.location is not None:
                yield (*at, "tables", name, "location"), table.location
        for name, volume in schema.volumes.items():
            if volume.location is not None:
                yield (*at, "volumes", name, "location"), volume.location


def _overlaps(places: Places) -> Wrong:
    for index, (path, url) in enumerate(places):
        for earlier, other in places[:index]:
            if inside(url, other) or inside(other, url):
                where = ".".join(map(str, earlier))
                yield path, f"'{url}' overlaps with '{other}' of {where}, which the platform refuses; keep them apart"
                break


def _unwritable(environment: Environment) -> Wrong:
    for path, url in _managed(environment):
        for key, location in environment.storage.locations.items():
            if location.read_only and inside(url, location.url):
                yield path, f"is in storage.locations.{key}, which is read_only; managed tables are written"


def inside(url: str, other: str | None) -> bool:
    """Whether a place is another, or in it."""
    return other is not None and f"{url.rstrip('/')}/".startswith(f"{other.rstrip('/')}/")
