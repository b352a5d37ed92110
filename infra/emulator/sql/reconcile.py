"""Making metadata and rows agree after a process was killed: the documents say which physical tables there are.

A physical table that no document points to, and no version of a table, is dropped (it was being built). A document whose
columns are not those of its rows is described anew (its rows had been altered). A document without its rows, which no kill can
cause, is an error that is told.
"""

from __future__ import annotations

from typing import Any, cast

from infra.emulator.sql import catalogue
from infra.emulator.sql.types.duck import from_duckdb, same_in_duckdb
from infra.emulator.sql.types.wire import column, data_type
from infra.emulator.unity import dropped
from infra.emulator.unity.relations import DROPPED, TABLE, Relation
from infra.emulator.warehouses import versions
from infra.emulator.warehouses.lake import table
from infra.emulator.workspace import Workspace


class RowsMissing(Exception):
    """Tables whose physical tables are gone: the folder was tampered with, or files of different times were put together."""


def reconcile(workspace: Workspace) -> None:
    """Run at start, before anybody else uses the workspace. Raises RowsMissing."""
    physicals = workspace.lake.physicals()
    living: dict[str, str] = {}
    lost = []
    for key, document in workspace.store.list(TABLE):
        relation = cast("Relation", document)
        physical = relation["physical"]
        if physical is None:
            continue
        if physical not in physicals:
            lost.append(key)
            continue
        living[relation["table_id"]] = physical
        if _describe(relation, workspace.lake.columns(physical)):
            workspace.store.put(TABLE, key, document, parent=key.rpartition(".")[0])
    if lost:
        raise RowsMissing(f"no rows in lake.duckdb for {', '.join(lost)}: restore the folder from a copy, or start a new one")
    dropped.purge(workspace)
    for table_id, document in workspace.store.list(DROPPED):
        living[table_id] = str(document["relation"]["physical"])
    workspace.lake.forget_commits(living)
    kept = set(living.values()).union(*versions.held(workspace.lake).values())
    with workspace.lake.cursor() as cursor:
        for physical in physicals - kept:
            cursor.execute(f"drop table {table(physical)}")


def _describe(relation: Relation, actual: list[tuple[str, Any, bool]]) -> bool:
    """Make the document's columns those of the rows; whether anything differed."""
    described = {each["name"]: each for each in relation["columns"]}
    columns = []
    for position, (name, kind, nullable) in enumerate(actual):
        known = described.get(name)
        if known is None or not same_in_duckdb(kind, data_type(known)):
            known = column(name, from_duckdb(kind), position)
        columns.append(known | {"position": position, "nullable": nullable})
    if columns == relation["columns"]:
        return False
    for each in columns:
        catalogue.renew(each)
    relation["columns"] = columns
    return True
