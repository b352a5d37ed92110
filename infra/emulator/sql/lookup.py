"""Finding relations, schemas and catalogs in the metadata, with the errors for those that are not there."""

from __future__ import annotations

from typing import cast

from infra.emulator.sql import rights
from infra.emulator.sql.errors import catalog_not_found, schema_not_found, table_not_found
from infra.emulator.sql.names import FullName
from infra.emulator.unity.relations import TABLE, Relation
from infra.emulator.unity.securables import CATALOG, SCHEMA, USE_CATALOG, USE_SCHEMA
from infra.emulator.workspace import Caller, Workspace

VIEWS = ("VIEW",)
#: What keeps rows of a stored query, and is written by REFRESH alone.
DERIVED = ("MATERIALIZED_VIEW", "STREAMING_TABLE")


def find(workspace: Workspace, name: FullName) -> Relation | None:
    """The relation's document, or None."""
    return cast("Relation | None", workspace.store.get(TABLE, str(name)))


def get(workspace: Workspace, caller: Caller, name: FullName) -> Relation:
    """The relation's document. Raises SqlError if there is none, or if the caller may not know."""
    relation = find(workspace, name)
    if relation is None:
        if workspace.store.get(SCHEMA, name.parent) is not None:
            rights.require(workspace, caller, USE_SCHEMA, SCHEMA, name.parent)
        raise table_not_found(*name)
    return relation


def name_of(relation: Relation) -> FullName:
    """The full name that a document has."""
    return FullName(relation["catalog_name"], relation["schema_name"], relation["name"])


def need_schema(workspace: Workspace, catalog: str, schema: str) -> None:
    """Raise SqlError unless both exist."""
    need_catalog(workspace, catalog)
    if workspace.store.get(SCHEMA, f"{catalog}.{schema}") is None:
        raise schema_not_found(catalog, schema)


def need_catalog(workspace: Workspace, catalog: str) -> None:
    """Raise SqlError unless it exists."""
    if workspace.store.get(CATALOG, catalog) is None:
        raise catalog_not_found(catalog)


def use_schema(workspace: Workspace, caller: Caller, catalog: str, schema: str) -> None:
    """Raise SqlError unless the schema exists and the caller may use it."""
    need_schema(workspace, catalog, schema)
    rights.require(workspace, caller, USE_SCHEMA, SCHEMA, f"{catalog}.{schema}")


def use_catalog(workspace: Workspace, caller: Caller, catalog: str) -> None:
    """Raise SqlError unless the catalog exists and the caller may use it."""
    need_catalog(workspace, catalog)
    rights.require(workspace, caller, USE_CATALOG, CATALOG, catalog)
