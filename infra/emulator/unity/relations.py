"""The documents of tables and views: kind "table", key "catalog.schema.name" in lower case, parent "catalog.schema".

The metadata of a relation is this document alone; DuckDB holds nothing but the rows of physical tables, and the document
says which one. Grants are not in it (`infra.emulator.unity.privileges`), nor is a table's version
(`infra.emulator.warehouses.lake`). The REST family renders the document, SQL statements write it. Whoever removes a document
(also by a cascade) calls `workspace.lake.discard(document["physical"])` after the commit, if the field is not null; a start
mends a miss.

`data_source_format` is "DELTA" for what has rows, absent for views. `view_definition` is the query of views, materialized
views and streaming tables in Databricks SQL, `view_catalog` and `view_schema` the session it was made in, by which its
unqualified names are resolved. Times are in milliseconds.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NotRequired, TypedDict

TABLE: Final = "table"
#: SQL functions have documents of their own: key "catalog.schema.name", parent "catalog.schema".
FUNCTION: Final = "function"

#: Tables that were dropped and may come back, by `table_id`; parent "catalog.schema". The document has `relation`, `grants`
#: and `dropped_at`.
DROPPED: Final = "dropped_table"

TableType = Literal[
    "MANAGED", "EXTERNAL", "VIEW", "MATERIALIZED_VIEW", "STREAMING_TABLE", "MANAGED_SHALLOW_CLONE", "EXTERNAL_SHALLOW_CLONE"
]


class ColumnMask(TypedDict):
    """A function that stands between a reader and a column."""

    function_name: str
    using_column_names: list[str]


class Column(TypedDict):
    """A column as the Unity Catalog API's ColumnInfo gives it, plus what SQL needs to write to it.

    `type_json` is Spark's field JSON (a string); `type_text` is the type as SQL writes it ("decimal(10,2)").
    """

    name: str
    type_text: str
    type_name: str
    type_json: str
    position: int
    nullable: bool
    comment: NotRequired[str]
    type_precision: NotRequired[int]
    type_scale: NotRequired[int]
    partition_index: NotRequired[int]
    mask: NotRequired[ColumnMask]
    default: NotRequired[str]  # an SQL expression
    generated: NotRequired[str]  # an SQL expression of the other columns
    identity: NotRequired[dict[str, Any]]  # {"start", "step", "always"}
    tags: NotRequired[dict[str, str]]


class Constraint(TypedDict):
    """A key (informational, as on Databricks) or a CHECK (enforced on every write)."""

    name: str
    type: Literal["PRIMARY KEY", "FOREIGN KEY", "CHECK"]
    columns: NotRequired[list[str]]
    parent_table: NotRequired[str]  # full name, of a foreign key
    parent_columns: NotRequired[list[str]]
    expression: NotRequired[str]  # of a CHECK
    rely: NotRequired[bool]


class RowFilter(TypedDict):
    """A function that decides for each row who may see it."""

    function_name: str
    input_column_names: list[str]


class Relation(TypedDict):
    """A table or view. Names are in lower case, columns keep the case they were written in."""

    name: str
    catalog_name: str
    schema_name: str
    table_type: TableType
    data_source_format: NotRequired[str]
    columns: list[Column]
    owner: str
    comment: NotRequired[str]
    properties: dict[str, str]
    tags: dict[str, str]
    constraints: list[Constraint]
    row_filter: NotRequired[RowFilter]
    partition_columns: list[str]
    clustering_columns: NotRequired[list[str]]  # [] with cluster_by_auto
    cluster_by_auto: NotRequired[bool]
    view_definition: NotRequired[str]
    view_catalog: NotRequired[str]
    view_schema: NotRequired[str]
    schedule: NotRequired[str]  # of a materialized view or streaming table, as SQL writes it
    storage_location: NotRequired[str]
    table_id: str
    physical: str | None  # the DuckDB table's id; null for views
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str
