"""`DESCRIBE … AS JSON`: the shape that Databricks documents, and that dbt-databricks reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.emulator.sql import lookup
from infra.emulator.sql.errors import quoted
from infra.emulator.sql.statements import table_information
from infra.emulator.sql.types.wire import data_type
from infra.emulator.unity.relations import Column, Constraint, Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def body(session: Session, relation: Relation) -> dict[str, Any]:
    """The whole document."""
    shown: dict[str, Any] = {
        "table_name": relation["name"],
        "catalog_name": relation["catalog_name"],
        "schema_name": relation["schema_name"],
        "namespace": [relation["schema_name"]],
        "type": relation["table_type"],
        "columns": [_column(column) for column in relation["columns"]],
        "owner": relation["owner"],
        "created_time": datetime.fromtimestamp(relation["created_at"] / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_by": "Spark ",
        "table_properties": relation["properties"],
    }
    if relation.get("comment"):
        shown["comment"] = relation["comment"]
    if relation["physical"] is not None:
        shown["provider"] = relation.get("data_source_format", "DELTA").lower()
        shown["location"] = table_information.location(relation)
        size, rows = session.workspace.lake.bytes(relation["physical"]), session.workspace.lake.rows(relation["physical"])
        shown["statistics"] = {"num_rows": rows, "size_in_bytes": size}
    if relation["partition_columns"]:
        shown["partition_columns"] = relation["partition_columns"]
    if relation.get("clustering_columns"):
        shown["clustering_columns"] = relation["clustering_columns"]
    if relation.get("view_definition"):
        columns = [column["name"] for column in relation["columns"]]
        shown |= {
            "view_text": relation["view_definition"],
            "view_original_text": relation["view_definition"],
            "view_catalog_and_namespace": f"{relation['view_catalog']}.{relation['view_schema']}",
            "view_query_output_columns": columns,
        }
    if keys := [each for each in relation["constraints"] if each["type"] != "CHECK"]:
        shown["table_constraints"] = "[" + ", ".join(f"({each['name']},{constraint_text(each)})" for each in keys) + "]"
    if relation["table_type"] in lookup.DERIVED:
        shown["refresh_information"] = {"refresh_schedule": relation.get("schedule", "MANUAL").removeprefix("SCHEDULE ")}
    return shown


def _column(column: Column) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": column["name"],
        "type": data_type(column).json(),
        "nullable": column["nullable"],
    }
    if column.get("comment"):
        shown["comment"] = column["comment"]
    if "default" in column:
        shown["default"] = column["default"]
    if "mask" in column:
        shown["mask"] = column["mask"]
    return shown


def constraint_text(constraint: Constraint) -> str:
    """A key as Databricks writes it: PRIMARY KEY (`id`)."""
    if constraint["type"] == "CHECK":
        return f"CHECK ({constraint['expression']})"
    text = f"{constraint['type']} ({', '.join(quoted(name) for name in constraint['columns'])})"
    if constraint["type"] == "FOREIGN KEY":
        columns = ", ".join(quoted(name) for name in constraint.get("parent_columns", []))
        text += f" REFERENCES {quoted(*constraint['parent_table'].split('.'))} ({columns})"
    return text
