"""A Databricks data type as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct."""

    name: str
    type: DataType
    nullable: bool = True
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DataType:
    """`name` is Databricks' own, in lower case: "bigint", "string", "decimal", "array", "interval day to second", …"""

    name: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None  # of char and varchar
    element: DataType | None = None  # of an array
    key: DataType | None = None  # of a map
    value: DataType | None = None  # of a map
    fields: tuple[Field, ...] = ()  # of a struct

    def text(self) -> str:
        """As SQL writes it and DESCRIBE shows it: `decimal(10,2)`, `array<struct<a:int>>`."""
        if self.name == "decimal":
            return f"decimal({self.precision},{self.scale})"
        if self.length is not None:
            return f"{self.name}({self.length})"
        if self.element is not None:
            return f"array<{self.element.text()}>"
        if self.key is not None and self.value is not None:
            return f"map<{self.key.text()},{self.value.text()}>"
        if self.name == "struct":
            return "struct<" + ",".join(f"{_field_name(field.name)}:{field.type.text()}" for field in self.fields) + ">"
        return self.name

    def shown(self) -> str:
        """As results' columns show it: `DECIMAL(10,2)`, `STRUCT<x: INT>`."""
        if self.element is not None:
            return f"ARRAY<{self.element.shown()}>"
        if self.key is not None and self.value is not None:
            return f"MAP<{self.key.shown()}, {self.value.shown()}>"
        if self.name == "struct":
            return "STRUCT<" + ", ".join(f"{_field_name(field.name)}: {field.type.shown()}" for field in self.fields) + ">"
        return self.text().upper()

    def json(self) -> dict[str, Any]:
        """As `DESCRIBE … AS JSON` gives it."""
        if self.element is not None:
            return {"name": "array", "element_type": self.element.json(), "element_nullable": True}
        if self.key is not None and self.value is not None:
            return {"name": "map", "key_type": self.key.json(), "value_type": self.value.json(), "value_nullable": True}
        if self.name == "struct":
            return {
                "name": "struct",
                "fields": [
                    {"name": field.name, "type": field.type.json(), "nullable": field.nullable}
                    | ({"comment": field.comment} if field.comment else {})
                    for field in self.fields
                ],
            }
        if self.name == "decimal":
            return {"name": "decimal", "precision": self.precision, "scale": self.scale}
        if self.length is not None:
            return {"name": self.name, "length": self.length}
        if self.name == "string":
            return {"name": "string", "collation": "UTF8_BINARY"}
        return {"name": "timestamp_ltz" if self.name == "timestamp" else self.name}

    def spark_json(self) -> Any:
        """As Spark's schema JSON has it, the `type` inside Unity Catalog's `type_json`."""
        if self.element is not None:
            return {"type": "array", "elementType": self.element.spark_json(), "containsNull": True}
        if self.key is not None and self.value is not None:
            key, value = self.key.spark_json(), self.value.spark_json()
            return {"type": "map", "keyType": key, "valueType": value, "valueContainsNull": True}
        if self.name == "struct":
            return {
                "type": "struct",
                "fields": [
                    {
                        "name": field.name,
                        "type": field.type.spark_json(),
                        "nullable": field.nullable,
                        "metadata": {"comment": field.comment} if field.comment else {},
                    }
                    for field in self.fields
                ],
            }
        return _SPARK_NAMES.get(self.name, self.text())

    def arrow(self) -> pa.DataType:
        """The Arrow type of its values in results."""
        if self.element is not None:
            return pa.list_(self.element.arrow())
        if self.key is not None and self.value is not None:
            return pa.map_(self.key.arrow(), self.value.arrow())
        if self.name == "struct":
            return pa.struct([pa.field(field.name, field.type.arrow()) for field in self.fields])
        if self.name == "decimal":
            return pa.decimal128(self.precision or 10, self.scale or 0)
        return _ARROW.get(self.name, pa.string())


def _field_name(name: str) -> str:
    return name if name.replace("_", "a").isalnum() else "`" + name.replace("`", "``") + "`"


def decimal(precision: int, scale: int) -> DataType:
    """A decimal; digits beyond 38 are taken from the scale, as Spark does, down to 6."""
    if precision <= 38:
        return DataType("decimal", precision=precision, scale=scale)
    return DataType("decimal", precision=38, scale=max(38 - (precision - scale), min(scale, 6)))


_SPARK_NAMES = {"tinyint": "byte", "smallint": "short", "int": "integer", "bigint": "long"}
_ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "Etc/UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "void": pa.null(),
}

BOOLEAN = DataType("boolean")
INT = DataType("int")
BIGINT = DataType("bigint")
DOUBLE = DataType("double")
STRING = DataType("string")
DATE = DataType("date")
TIMESTAMP = DataType("timestamp")
TIMESTAMP_NTZ = DataType("timestamp_ntz")
VOID = DataType("void")
