"""Columns as the Unity Catalog and Statement Execution APIs describe them."""

from __future__ import annotations

import json
from typing import Any

from infra.emulator.sql.types.model import DataType
from infra.emulator.sql.types.parse import parse
from infra.emulator.unity.relations import Column

_TYPE_NAMES = {
    "boolean": "BOOLEAN",
    "tinyint": "BYTE",
    "smallint": "SHORT",
    "int": "INT",
    "bigint": "LONG",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "STRING",
    "char": "CHAR",
    "varchar": "STRING",
    "binary": "BINARY",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP_NTZ",
    "decimal": "DECIMAL",
    "array": "ARRAY",
    "map": "MAP",
    "struct": "STRUCT",
    "void": "NULL",
    "variant": "VARIANT",
}


def type_name(kind: DataType) -> str:
    """The API's enumeration: LONG for bigint, …"""
    return "INTERVAL" if kind.name.startswith("interval") else _TYPE_NAMES.get(kind.name, "USER_DEFINED_TYPE")


def column(name: str, kind: DataType, position: int, *, nullable: bool = True, comment: str | None = None) -> Column:
    """A column for a table's document."""
    described: Column = {
        "name": name,
        "type_text": kind.text(),
        "type_name": type_name(kind),
        "type_json": "",
        "position": position,
        "nullable": nullable,
    }
    if kind.name == "decimal":
        described["type_precision"], described["type_scale"] = kind.precision or 10, kind.scale or 0
    if comment is not None:
        described["comment"] = comment
    return described | {"type_json": type_json(described)}


def type_json(described: Column) -> str:
    """Spark's JSON of the field, for `type_json`; to be made anew after a change of the column."""
    field = {
        "name": described["name"],
        "type": data_type(described).spark_json(),
        "nullable": described["nullable"],
        "metadata": _metadata(described),
    }
    return json.dumps(field, separators=(",", ":"))


def _metadata(described: Column) -> dict[str, Any]:
    """What Delta keeps of a column beside its type: https://github.com/delta-io/delta, protocol, "Identity Columns"."""
    metadata: dict[str, Any] = {"comment": described["comment"]} if described.get("comment") else {}
    if identity := described.get("identity"):
        metadata["delta.identity.start"] = identity["start"]
        metadata["delta.identity.step"] = identity["step"]
        metadata["delta.identity.allowExplicitInsert"] = not identity["always"]
    return metadata


def data_type(described: Column) -> DataType:
    """The type of a document's column."""
    return parse(described["type_text"])


def result_column(name: str, kind: DataType, position: int) -> dict[str, Any]:
    """A column of a statement's result, ColumnInfo of the Statement Execution API."""
    described: dict[str, Any] = {
        "name": name,
        "type_text": kind.shown(),
        "type_name": "TIMESTAMP" if kind.name == "timestamp_ntz" else type_name(kind).replace("VARIANT", "STRING"),
        "position": position,
    }
    if kind.name == "decimal":
        described |= {"type_precision": kind.precision, "type_scale": kind.scale}
    if kind.name.startswith("interval"):
        described["type_interval_type"] = kind.name.removeprefix("interval ").upper()
    return described
