"""Schema evolution: columns that a source has and its target lacks are added to the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.duck import quote, to_duckdb
from infra.emulator.sql.types.wire import column
from infra.emulator.unity.relations import Relation
from infra.emulator.warehouses import lake

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def add_missing(session: Session, relation: Relation, columns: tuple[tuple[str, DataType], ...]) -> None:
    """Add what is missing to the physical table, in the cursor's transaction, and to the document, which is not yet saved."""
    known = {each["name"].lower() for each in relation["columns"]}
    for name, kind in columns:
        if name.lower() not in known:
            added = column(name, kind, len(relation["columns"]))
            session.cursor.execute(
                f"alter table {lake.table(str(relation['physical']))} add column {quote(name)} {to_duckdb(kind)}"
            )
            relation["columns"].append(added)


def save(session: Session, relation: Relation) -> None:
    """Write the document after the rows were committed."""
    catalogue.update(session, relation)
