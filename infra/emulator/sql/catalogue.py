"""Making and changing the documents of relations, with who did it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from infra.emulator.sql import lookup, rights
from infra.emulator.sql.errors import SqlError, schema_not_found, table_not_found
from infra.emulator.sql.names import INFORMATION_SCHEMA, SYSTEM, FullName
from infra.emulator.sql.types import DataType
from infra.emulator.sql.types.wire import column, type_json
from infra.emulator.unity import registry
from infra.emulator.unity.relations import TABLE, Column, Relation, TableType
from infra.emulator.unity.securables import SCHEMA

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def may_create(session: Session, name: FullName, privilege: str = "CREATE_TABLE") -> None:
    """Raise SqlError unless the schema exists and the caller may create such things in it."""
    if name.schema == INFORMATION_SCHEMA or name.catalog == SYSTEM:
        raise SqlError("INVALID_SCHEMA_OR_RELATION_NAME", f"{name.quoted} is reserved for the system.", "42602")
    lookup.need_schema(session.workspace, name.catalog, name.schema)
    rights.require(session.workspace, session.caller, privilege, SCHEMA, name.parent)


def changeable(session: Session, parts: tuple[str, ...]) -> Relation:
    """The relation of this name, which the caller may alter or drop. Raises SqlError."""
    name = session.full_name(parts)
    relation = lookup.get(session.workspace, session.caller, name)
    rights.require_manage(session.workspace, session.caller, TABLE, str(name))
    return relation


def columns_of(described: tuple[tuple[str, DataType], ...]) -> list[Column]:
    """Columns of a document for those that a query gives."""
    return [column(name, kind, position) for position, (name, kind) in enumerate(described)]


def renew(changed: Column) -> None:
    """Bring a column's derived field up to date after a change."""
    changed["type_json"] = type_json(changed)


def renumber(columns: list[Column]) -> None:
    """Give columns the positions they stand at."""
    for position, each in enumerate(columns):
        each["position"] = position


def find_column(relation: Relation, name: str) -> Column:
    """The column of this name, whatever its case. Raises SqlError."""
    for each in relation["columns"]:
        if each["name"].lower() == name.lower():
            return each
    known = ", ".join(each["name"] for each in relation["columns"])
    raise SqlError("FIELD_NOT_FOUND", f"No such struct field `{name}` in {known}.", "42704")


def new(
    session: Session, name: FullName, table_type: TableType, columns: list[Column], *, physical: str | None, **fields: Any
) -> Relation:
    """A document of a relation that the caller makes. `fields` are further ones; those that are None are left out."""
    now = session.workspace.clock.millis()
    relation: dict[str, Any] = {
        "name": name.name,
        "catalog_name": name.catalog,
        "schema_name": name.schema,
        "table_type": table_type,
        "columns": columns,
        "owner": session.caller.name,
        "properties": {},
        "tags": {},
        "constraints": [],
        "partition_columns": [],
        "table_id": session.workspace.new_uuid(),
        "physical": physical,
        "created_at": now,
        "created_by": session.caller.name,
        "updated_at": now,
        "updated_by": session.caller.name,
    }
    return cast("Relation", relation | {key: value for key, value in fields.items() if value is not None})


def succeed(relation: Relation, former: Relation) -> None:
    """Let a relation take the place of another: identity, owner, tags, filter and masks live on, as on Databricks."""
    for key in ("owner", "created_at", "created_by", "table_id", "tags", "row_filter"):
        if key in former:
            relation[key] = former[key]
    old = {each["name"].lower(): each for each in former["columns"]}
    for each in relation["columns"]:
        before = old.get(each["name"].lower())
        if before is not None:
            for kept in ("tags", "mask"):
                if kept in before:
                    each[kept] = before[kept]


def put(session: Session, relation: Relation) -> None:
    """Write a document that is new or was replaced. Raises SqlError if the schema was dropped meanwhile; then its rows go."""
    name = lookup.name_of(relation)
    store = session.workspace.store
    with store.transaction():
        if store.get(SCHEMA, name.parent) is not None:
            store.put(TABLE, str(name), dict(relation), parent=name.parent)
            return
    if relation["physical"] is not None:
        session.workspace.lake.discard(relation["physical"])
    raise schema_not_found(name.catalog, name.schema)


def update(session: Session, relation: Relation) -> None:
    """Write a document that was changed. Raises SqlError if the relation was dropped meanwhile."""
    relation["updated_at"] = session.workspace.clock.millis()
    relation["updated_by"] = session.caller.name
    name = lookup.name_of(relation)
    with session.workspace.store.transaction():
        known = lookup.find(session.workspace, name)
        if known is None or known["table_id"] != relation["table_id"]:
            raise table_not_found(*name)
        put(session, relation)


def remove(session: Session, relation: Relation) -> None:
    """Drop a relation: its document, its grants, then its rows."""
    registry.drop(session.workspace, TABLE, str(lookup.name_of(relation)), force=True)
