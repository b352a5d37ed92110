"""Tables that were dropped: kept with their rows, versions and grants for seven days, in which UNDROP brings them back.

https://docs.databricks.com/en/sql/language-manual/sql-ref-syntax-ddl-undrop-table.html. Views have no rows and do not come
back; nor do keys of tables that do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from infra.emulator.store import Document
from infra.emulator.unity.relations import DROPPED, Relation
from infra.emulator.unity.securables import TABLE
from infra.emulator.warehouses import versions
from infra.emulator.workspace import Workspace

_WINDOW: Final = 7 * 24 * 3_600_000


def keep(workspace: Workspace, relation: Document) -> None:
    """Remember a table that is being dropped, inside the transaction that drops it."""
    full_name = f"{relation['catalog_name']}.{relation['schema_name']}.{relation['name']}".lower()
    grants = workspace.store.get("grants", f"{TABLE}/{full_name}") or {}
    document = {"relation": relation, "grants": grants, "dropped_at": workspace.clock.millis()}
    workspace.store.put(DROPPED, relation["table_id"], document, parent=full_name.rpartition(".")[0])


def listed(workspace: Workspace, schema: str) -> Iterator[tuple[Relation, int]]:
    """The tables dropped from a schema that may come back, and when each was dropped (milliseconds), latest first."""
    found = [document for _, document in workspace.store.list(DROPPED, schema) if not _expired(workspace, document)]
    for document in sorted(found, key=lambda document: -int(document["dropped_at"])):
        yield cast("Relation", document["relation"]), int(document["dropped_at"])


def restore(workspace: Workspace, relation: Relation) -> None:
    """Bring a table back under its name, which must be free, with its grants."""
    full_name = f"{relation['catalog_name']}.{relation['schema_name']}.{relation['name']}".lower()
    store = workspace.store
    with store.transaction():
        kept = cast("dict[str, Any]", store.get(DROPPED, relation["table_id"]))
        constraints = [each for each in relation["constraints"] if each["type"] == "CHECK"]
        restored = {**relation, "constraints": constraints, "updated_at": workspace.clock.millis()}
        store.put(TABLE, full_name, restored, parent=full_name.rpartition(".")[0])
        if kept["grants"]:
            store.put("grants", f"{TABLE}/{full_name}", kept["grants"])
        store.delete(DROPPED, relation["table_id"])


def purge(workspace: Workspace) -> None:
    """Give up the rows of tables that can no longer come back."""
    for table_id, document in list(workspace.store.list(DROPPED)):
        if _expired(workspace, document):
            workspace.store.delete(DROPPED, table_id)
            versions.forget(workspace.lake, table_id)
            workspace.lake.discard(document["relation"]["physical"])


def _expired(workspace: Workspace, document: Document) -> bool:
    return workspace.clock.millis() - int(document["dropped_at"]) > _WINDOW
