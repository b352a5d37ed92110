"""Databricks' data types in all the forms that are needed: SQL text, DuckDB, Arrow, JSON, the wire.

`model` is the type itself; `parse` reads SQL text; `duck` goes to and from DuckDB; `arrow` shapes results; `wire` describes
columns for the Unity Catalog, Statement Execution and Thrift APIs.
"""

from infra.emulator.sql.types.model import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    STRING,
    TIMESTAMP,
    TIMESTAMP_NTZ,
    VOID,
    DataType,
    Field,
)

__all__ = [
    "BIGINT",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "INT",
    "STRING",
    "TIMESTAMP",
    "TIMESTAMP_NTZ",
    "VOID",
    "DataType",
    "Field",
]
