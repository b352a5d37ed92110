"""Whether Unity Catalog has room for what an environment says, before anything is made.

The platform would refuse what is too much in the middle of an update. Quotas are read live, one call for each catalog and
schema that something is said in (https://docs.databricks.com/api/workspace/resourcequotas); names are only looked at where it
may get tight. A caller who may not read a quota is not kept from updating.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from infra.engine.ports import ProviderError
from infra.models import Connection, Environment
from infra.operations.errors import QuotaExceeded
from infra.operations.workspace_api import client
from infra.providers.databricks.client import Client

_UNITY: Final = "/api/2.1/unity-catalog"
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Said:
    """What the environment says in one parent: the children's names, in lower case. A metastore's name is empty."""

    parent_type: str
    parent: str
    child: str
    names: frozenset[str]


def require_room(environment: Environment, connection: Connection) -> None:
    """Raise `QuotaExceeded`, naming every parent that could not hold what is said in it."""
    workspace = client(connection, patience=0)
    try:
        metastore = _metastore(workspace)
        if not metastore:
            return
        with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="quotas") as pool:
            told = [text for text in pool.map(lambda each: _shortage(workspace, metastore, each), said(environment)) if text]
    finally:
        workspace.close()
    if told:
        raise QuotaExceeded(
            f"{environment.name} says more than Unity Catalog has room for",
            why="\n".join(told),
            remedy="Ask Databricks to raise the limit, or say less. Nothing was changed.",
        )


def _metastore(workspace: Client) -> str:
    try:
        return str(workspace.call("GET", f"{_UNITY}/metastore_summary").get("metastore_id") or "")
    except ProviderError:
        return ""  # whether the workspace answers at all is the update's to tell


def said(environment: Environment) -> Iterator[Said]:
    """What the environment says, by parent and kind."""
    yield Said("metastore", "", "catalog", _lower(environment.catalog_name(key) for key in environment.catalogs))
    yield Said("metastore", "", "external-location", _lower(map(environment.location_name, environment.storage.locations)))
    yield Said("metastore", "", "storage-credential", _lower(map(environment.credential_name, environment.storage.credentials)))
    yield Said("metastore", "", "connection", _lower(map(environment.connection_name, environment.connections)))
    for key, catalog in environment.catalogs.items():
        name = environment.catalog_name(key).lower()
        yield Said("catalog", name, "schema", _lower(catalog.schemas))
        for schema_key, schema in catalog.schemas.items():
            yield Said("schema", f"{name}.{schema_key}", "volume", _lower(schema.volumes))
            yield Said("schema", f"{name}.{schema_key}", "table", _lower(schema.tables))


def _lower(names: Any) -> frozenset[str]:
    return frozenset(str(name).lower() for name in names)


def _shortage(workspace: Client, metastore: str, wanted: Said) -> str:
    """What is wrong in one parent, empty if nothing is."""
    parent = wanted.parent or metastore
    if not wanted.names:
        return ""
    try:
        path = f"{_UNITY}/resource-quotas/{wanted.parent_type}/{quote(parent, safe='')}/{wanted.child}-quota"
        info: Mapping[str, Any] = workspace.call("GET", path).get("quota_info") or {}
        count, limit = int(info.get("quota_count", 0)), info.get("quota_limit")
        if limit is None or count + len(wanted.names) <= int(limit):
            return ""
        new = wanted.names - _there(workspace, wanted)
    except ProviderError:
        return ""  # a parent that is not there yet, or a quota that this caller may not read
    if count + len(new) <= int(limit):
        return ""
    where = f"{wanted.parent_type} {wanted.parent}".strip()
    kind = wanted.child.replace("-", " ")
    return f"{where}: {len(new)} more {kind}s would make {count + len(new)}, and the limit is {limit}"


_LISTS: Final = {
    "catalog": ("catalogs", "catalogs"),
    "schema": ("schemas", "schemas"),
    "volume": ("volumes", "volumes"),
    "table": ("tables", "tables"),
    "external-location": ("external-locations", "external_locations"),
    "storage-credential": ("storage-credentials", "storage_credentials"),
    "connection": ("connections", "connections"),
}


def _there(workspace: Client, wanted: Said) -> frozenset[str]:
    """The names of the parent's children, in lower case."""
    path, field = _LISTS[wanted.child]
    catalog, _, schema = wanted.parent.partition(".")
    inside = {"catalog_name": catalog} if catalog else {}
    inside |= {"schema_name": schema} if schema else {}
    names: set[str] = set()
    token = ""
    while True:
        query = {**inside, **({"page_token": token} if token else {})}
        answer = workspace.call("GET", f"{_UNITY}/{path}", query=query)
        names |= {str(each["name"]).lower() for each in answer.get(field) or ()}
        token = str(answer.get("next_page_token") or "")
        if not token:
            return frozenset(names)
