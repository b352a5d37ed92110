"""information_schema: the metadata as tables, as far as the reader may see it.

`catalog.information_schema` shows that catalog, `system.information_schema` all of them. The rows are made when a query
asks for them, and only for the schema and table that its WHERE names, where it names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from infra.emulator.sql import information_rows, lookup
from infra.emulator.sql.errors import table_not_found
from infra.emulator.sql.information_rows import Scope
from infra.emulator.sql.names import SYSTEM, FullName
from infra.emulator.sql.types import DataType
from infra.emulator.workspace import Caller

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_CATALOG_COLUMNS = ("table_catalog", "catalog_name", "constraint_catalog", "specific_catalog", "routine_catalog")
_SCHEMA_COLUMNS = ("table_schema", "schema_name", "constraint_schema")


def replace(node: exp.Table, name: FullName, session: Session, reader: Caller) -> None:
    """Put the rows of a view of information_schema in the place of its name. Raises SqlError for a view that is not there."""
    view = information_rows.VIEWS.get(name.name)
    if view is None:
        raise table_not_found(*name)
    if name.catalog != SYSTEM:
        lookup.use_catalog(session.workspace, reader, name.catalog)
    equal = _equalities(node)
    catalog = name.catalog if name.catalog != SYSTEM else _first(equal, _CATALOG_COLUMNS)
    schema = _first(equal, _SCHEMA_COLUMNS) if catalog else None
    rows = list(view.rows(Scope(session.workspace, reader, catalog, schema)))
    registered = session.register(_table(view.columns, rows))
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
    for key in ("catalog", "db"):
        node.set(key, None)
    node.set("this", exp.to_identifier(registered, quoted=True))


def _table(columns: tuple[tuple[str, DataType], ...], rows: list[tuple[object, ...]]) -> pa.Table:
    arrays = [pa.array([row[index] for row in rows], type=kind.arrow()) for index, (_, kind) in enumerate(columns)]
    return pa.Table.from_arrays(arrays, names=[name for name, _ in columns])


def _first(equal: dict[str, str], columns: tuple[str, ...]) -> str | None:
    return next((equal[column] for column in columns if column in equal), None)


def _equalities(node: exp.Table) -> dict[str, str]:
    """`column = 'text'` that must hold for every row: the AND terms of the WHERE of a query that reads this table alone."""
    select = node.find_ancestor(exp.Select)
    if select is None or select.args.get("joins") or select.args.get("laterals"):
        return {}
    where = select.args.get("where")
    source = select.args.get("from_")
    if where is None or source is None or source.this is not node:
        return {}
    found: dict[str, str] = {}
    for term in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        if isinstance(term, exp.EQ):
            left, right = term.left, term.right
            if isinstance(right, exp.Column):
                left, right = right, left
            if isinstance(left, exp.Column) and isinstance(right, exp.Literal) and right.is_string:
                found[left.name.lower()] = right.name
    return found
