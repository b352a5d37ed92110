"""What drivers ask of the metadata by calls of their own: catalogs, schemas, tables, columns…, as JDBC names the columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from infra.emulator.sql.result import Result, rows
from infra.emulator.sql.session import Session
from infra.emulator.sql.statements import show
from infra.emulator.sql.types import BOOLEAN, INT, DataType
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import Relation

_CODES = {
    "boolean": 16, "tinyint": -6, "smallint": 5, "int": 4, "bigint": -5, "float": 6, "double": 8, "decimal": 3, "string": 12,
    "char": 1, "varchar": 12, "binary": -2, "date": 91, "timestamp": 93, "timestamp_ntz": 93, "array": 2003, "map": 2000,
    "struct": 2002, "void": 0,
}  # fmt: skip
_TYPES = {"VIEW": "VIEW", "MATERIALIZED_VIEW": "TABLE", "STREAMING_TABLE": "TABLE"}


def catalogs(session: Session, _request: Any) -> Result:
    """GetCatalogs."""
    return rows(["TABLE_CAT"], [(name,) for name in show.catalogs(session)])


def schemas(session: Session, request: Any) -> Result:
    """GetSchemas."""
    return rows(["TABLE_SCHEM", "TABLE_CATALOG"], [(schema, catalog) for catalog, schema in _schemas(session, request)])


def tables(session: Session, request: Any) -> Result:
    """GetTables."""
    wanted = {kind.upper() for kind in getattr(request, "tableTypes", None) or []}
    columns = [
        "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS", "TYPE_CAT", "TYPE_SCHEM", "TYPE_NAME",
        "SELF_REFERENCING_COL_NAME", "REF_GENERATION",
    ]  # fmt: skip
    found = []
    for relation in _relations(session, request):
        kind = _TYPES.get(relation["table_type"], "TABLE")
        if not wanted or kind in wanted:
            found.append((*_place(relation), kind, relation.get("comment", ""), None, None, None, None, None))
    return rows(columns, found)


def columns(session: Session, request: Any) -> Result:
    """GetColumns."""
    wanted = _like(request.columnName)
    names: list[tuple[str, DataType] | str] = [
        "TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "COLUMN_NAME", ("DATA_TYPE", INT), "TYPE_NAME", ("COLUMN_SIZE", INT),
        ("BUFFER_LENGTH", INT), ("DECIMAL_DIGITS", INT), ("NUM_PREC_RADIX", INT), ("NULLABLE", INT), "REMARKS", "COLUMN_DEF",
        ("SQL_DATA_TYPE", INT), ("SQL_DATETIME_SUB", INT), ("CHAR_OCTET_LENGTH", INT), ("ORDINAL_POSITION", INT),
        "IS_NULLABLE", "SCOPE_CATALOG", "SCOPE_SCHEMA", "SCOPE_TABLE", ("SOURCE_DATA_TYPE", INT), "IS_AUTO_INCREMENT",
    ]  # fmt: skip
    found: list[tuple[object, ...]] = []
    for relation in _relations(session, request):
        for column in relation["columns"]:
            if wanted.fullmatch(column["name"]):
                kind = data_type(column)
                nullable = column["nullable"]
                found.append((
                    *_place(relation), column["name"], _CODES.get(kind.name, 1111), column["type_text"].upper(),
                    kind.precision or kind.length, None, kind.scale, 10 if kind.name == "decimal" else None, int(nullable),
                    column.get("comment", ""), column.get("default"), None, None, None, column["position"],
                    "YES" if nullable else "NO", None, None, None, None, "YES" if "identity" in column else "NO",
                ))  # fmt: skip
    return rows(names, found)


def functions(session: Session, request: Any) -> Result:
    """GetFunctions: the workspace's own are not listed, as none of them is a driver's business."""
    return rows(["FUNCTION_CAT", "FUNCTION_SCHEM", "FUNCTION_NAME", "REMARKS", ("FUNCTION_TYPE", INT), "SPECIFIC_NAME"], [])


def table_types(_session: Session, _request: Any) -> Result:
    """GetTableTypes."""
    return rows(["TABLE_TYPE"], [("TABLE",), ("VIEW",)])


def type_info(_session: Session, _request: Any) -> Result:
    """GetTypeInfo."""
    return rows(
        ["TYPE_NAME", ("DATA_TYPE", INT), ("NULLABLE", INT), ("CASE_SENSITIVE", BOOLEAN)],
        [(name.upper(), code, 1, name in ("string", "char", "varchar")) for name, code in sorted(_CODES.items())],
    )


def primary_keys(session: Session, request: Any) -> Result:
    """GetPrimaryKeys of one table."""
    names: list[tuple[str, DataType] | str] = [
        "TABLE_CAT",
        "TABLE_SCHEM",
        "TABLE_NAME",
        "COLUMN_NAME",
        ("KEQ_SEQ", INT),
        "PK_NAME",
    ]
    found = [
        (*_place(relation), column, position, constraint["name"])
        for relation in _relations(session, request)
        for constraint in relation["constraints"]
        if constraint["type"] == "PRIMARY KEY"
        for position, column in enumerate(constraint["columns"], 1)
    ]
    return rows(names, found)


def cross_reference(session: Session, request: Any) -> Result:
    """GetCrossReference: the foreign keys of one table."""
    names: list[tuple[str, DataType] | str] = [
        "PKTABLE_CAT", "PKTABLE_SCHEM", "PKTABLE_NAME", "PKCOLUMN_NAME", "FKTABLE_CAT", "FKTABLE_SCHEM", "FKTABLE_NAME",
        "FKCOLUMN_NAME", ("KEQ_SEQ", INT), ("UPDATE_RULE", INT), ("DELETE_RULE", INT), "FK_NAME", "PK_NAME",
        ("DEFERRABILITY", INT),
    ]  # fmt: skip
    place = (request.foreignCatalogName, request.foreignSchemaName, request.foreignTableName)
    found = [
        (
            *constraint["parent_table"].split("."),
            parent,
            *_place(relation),
            column,
            position,
            3,
            3,
            constraint["name"],
            None,
            7,
        )
        for relation in _found(session, *place)
        for constraint in relation["constraints"]
        if constraint["type"] == "FOREIGN KEY"
        for position, (column, parent) in enumerate(zip(constraint["columns"], constraint["parent_columns"], strict=False), 1)
    ]
    return rows(names, found)


def _place(relation: Relation) -> tuple[str, str, str]:
    return relation["catalog_name"], relation["schema_name"], relation["name"]


def _like(pattern: str | None) -> re.Pattern[str]:
    """A pattern of SQL's LIKE with `\\` as escape; none lets all names through."""
    text = "".join(
        re.escape(part[1]) if part.startswith("\\") else {"%": ".*", "_": "."}.get(part, re.escape(part))
        for part in re.findall(r"\\.|.", pattern or "%", re.DOTALL)
    )
    return re.compile(text, re.IGNORECASE | re.DOTALL)


def _schemas(session: Session, request: Any) -> Iterator[tuple[str, str]]:
    yield from _found_schemas(session, request.catalogName, request.schemaName)


def _found_schemas(session: Session, catalog: str | None, schema: str | None) -> Iterator[tuple[str, str]]:
    for each in show.catalogs(session):
        if not catalog or each == catalog.replace("\\", "").lower():
            for name in show.schemas(session, each):
                if _like(schema).fullmatch(name):
                    yield each, name


def _relations(session: Session, request: Any) -> Iterator[Relation]:
    yield from _found(session, request.catalogName, request.schemaName, request.tableName)


def _found(session: Session, catalog: str | None, schema: str | None, table: str | None) -> Iterator[Relation]:
    wanted = _like(table)
    for each, name in _found_schemas(session, catalog, schema):
        for relation in show.relations(session, each, name):
            if wanted.fullmatch(relation["name"]):
                yield relation
