"""Data types to and from DuckDB.

A variant is JSON there, a timestamp is TIMESTAMP WITH TIME ZONE, char and varchar lose their length (the document keeps it,
writes check it). DuckDB has types that Databricks has not (HUGEINT, UUID, TIME, …): results in them are cast.
"""

from __future__ import annotations

from typing import Any

from infra.emulator.sql.types.model import DataType, Field

_TO = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
    "variant": "JSON",
    "void": "INTEGER",
}
_FROM = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "float": "float",
    "double": "double",
    "varchar": "string",
    "blob": "binary",
    "date": "date",
    "timestamp with time zone": "timestamp",
    "timestamp": "timestamp_ntz",
    "timestamp_ns": "timestamp_ntz",
    "timestamp_ms": "timestamp_ntz",
    "timestamp_s": "timestamp_ntz",
    "json": "variant",
    "variant": "variant",
    '"null"': "void",
    "null": "void",
    "sqlnull": "void",
    "hugeint": "bigint",
    "uhugeint": "bigint",
    "ubigint": "bigint",
    "uinteger": "bigint",
    "usmallint": "int",
    "utinyint": "smallint",
    "uuid": "string",
    "time": "string",
    "time with time zone": "string",
    "enum": "string",
    "bit": "string",
    "interval": "interval day to second",
}


def to_duckdb(kind: DataType) -> str:
    """The DuckDB type that holds its values, as DuckDB SQL."""
    if kind.element is not None:
        return to_duckdb(kind.element) + "[]"
    if kind.key is not None and kind.value is not None:
        return f"MAP({to_duckdb(kind.key)}, {to_duckdb(kind.value)})"
    if kind.name == "struct":
        return "STRUCT(" + ", ".join(f"{quote(field.name)} {to_duckdb(field.type)}" for field in kind.fields) + ")"
    if kind.name == "decimal":
        return f"DECIMAL({kind.precision},{kind.scale})"
    return _TO.get(kind.name, "INTERVAL")


def from_duckdb(kind: Any) -> DataType:
    """The Databricks type nearest to a DuckDBPyType."""
    name = str(kind.id).lower()
    if name in ("list", "array"):
        return DataType("array", element=from_duckdb(kind.children[0][1]))
    if name == "map":
        children = dict(kind.children)
        return DataType("map", key=from_duckdb(children["key"]), value=from_duckdb(children["value"]))
    if name == "struct":
        return DataType("struct", fields=tuple(Field(child, from_duckdb(of)) for child, of in kind.children))
    if name == "decimal":
        children = dict(kind.children)
        return DataType("decimal", precision=children["precision"], scale=children["scale"])
    text = str(kind).lower()
    return DataType(_FROM.get(text) or _FROM.get(name, "string"))


def same_in_duckdb(kind: Any, wanted: DataType) -> bool:
    """Whether a DuckDBPyType is exactly what `wanted` is stored as."""
    return str(kind).replace(" ", "").upper() == to_duckdb(wanted).replace(" ", "").upper()


def quote(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"
