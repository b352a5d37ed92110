"""Paths in cloud storage: what they may look like, which external location they are in, what they overlap.

The rules, from https://docs.databricks.com/en/connect/unity-catalog/cloud-storage/external-locations.html and .../volumes/:
external locations do not overlap one another; an external table or volume lies within one, and overlaps no other table or
volume. Errors in the words that public issues quote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.unity.privileges import require
from infra.emulator.unity.securables import EXTERNAL_LOCATION, TABLE, VOLUME
from infra.emulator.workspace import Caller, Workspace

_URL: Final = re.compile(r"^(s3|s3a|s3n|abfss|gs|r2)://[^/\s]+(/\S.*)?/?$")


def check_url(url: str) -> str:
    """A path as it was given. Raises InvalidParameter for one that no cloud storage has."""
    if "://" not in url:
        raise InvalidParameter(f"Missing cloud file system scheme: '{url}'")
    if not _URL.match(url):
        raise InvalidParameter(f"'{url}' is not a path of a supported cloud storage: s3://, abfss://, gs:// or r2://")
    return url


def within(path: str, url: str) -> bool:
    """Whether a path is a directory or what is in it."""
    return (path.rstrip("/") + "/").startswith(url.rstrip("/") + "/")


def location_of(workspace: Workspace, path: str) -> str | None:
    """The name of the external location that a path is in."""
    return next((name for name, document in workspace.store.list(EXTERNAL_LOCATION) if within(path, document["url"])), None)


def check_apart(workspace: Workspace, url: str, *, but: str = "") -> None:
    """Raise InvalidParameter if the url of a new or moved external location overlaps that of another one."""
    for name, document in workspace.store.list(EXTERNAL_LOCATION):
        if name != but and (within(url, document["url"]) or within(document["url"], url)):
            raise InvalidParameter(
                f"Input path url '{url}' overlaps with an existing external location within 'CreateExternalLocation' call."
                f" Conflicting location: {name}.",
            )


def require_external(workspace: Workspace, caller: Caller, path: str, securable_type: str, *, but: str = "") -> None:
    """Raise unless the caller may put an external table or volume there: a location that allows it, no other's directory.

    `but` is the full name of what it replaces.
    """
    check_url(path)
    location = location_of(workspace, path)
    if location is None:
        raise InvalidParameter(
            f"No parent external location found for path `{path}`. Please create an external location on one of the parent"
            " paths and then retry the query or command again."
        )
    kind = securable_type.upper()
    require(workspace, caller, f"CREATE_EXTERNAL_{kind}", EXTERNAL_LOCATION, location)
    others = ((name, other) for name, other in _external(workspace) if name != but)
    conflicting = next((name for name, other in others if within(path, other) or within(other, path)), None)
    if conflicting is not None:
        raise InvalidParameter(
            f"Input path url '{path}' overlaps with other external tables or volumes within 'Create{kind.title()}' call."
            f" Conflicting tables/volumes: {conflicting}.",
        )


def dependents(workspace: Workspace, url: str) -> dict[str, int]:
    """How many catalogs, schemas, external tables and external volumes lie in a directory, by what they are called."""
    inside = [kind for kind, path in _placed(workspace) if within(path, url)]
    return {kind: inside.count(kind) for kind in ("catalogs", "schemas", "external tables", "external volumes")}


def _external(workspace: Workspace) -> Iterator[tuple[str, str]]:
    for kind in (TABLE, VOLUME):
        for name, document in workspace.store.list(kind):
            if "EXTERNAL" in (document.get("table_type"), document.get("volume_type")) and document.get("storage_location"):
                yield name, document["storage_location"]


def _placed(workspace: Workspace) -> Iterator[tuple[str, str]]:
    for kind, called in (("catalog", "catalogs"), ("schema", "schemas")):
        for _, document in workspace.store.list(kind):
            if document.get("storage_root"):
                yield called, document["storage_root"]
    for kind, called in ((TABLE, "external tables"), (VOLUME, "external volumes")):
        for _, document in workspace.store.list(kind):
            if "EXTERNAL" in (document.get("table_type"), document.get("volume_type")) and document.get("storage_location"):
                yield called, document["storage_location"]
