"""What DESCRIBE EXTENDED and SHOW TABLE EXTENDED say of a relation beside its columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.emulator.unity.relations import Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_FEATURES = {"delta.minReaderVersion": "1", "delta.minWriterVersion": "2"}


def properties(relation: Relation) -> dict[str, str]:
    """The table's properties with those that Delta adds."""
    found = dict(relation["properties"])
    if relation["physical"] is not None:
        found = _FEATURES | found
        for constraint in relation["constraints"]:
            if constraint["type"] == "CHECK":
                found[f"delta.constraints.{constraint['name']}"] = constraint["expression"]
    if relation.get("clustering_columns"):
        found["clusteringColumns"] = "[" + ",".join(f'["{name}"]' for name in relation["clustering_columns"]) + "]"
    if relation.get("cluster_by_auto"):
        found["clusterByAuto"] = "true"
    return found


def location(relation: Relation) -> str:
    """Where the rows would be."""
    return relation.get("storage_location") or f"s3://lakestead-metastore/tables/{relation['table_id']}"


def items(session: Session, relation: Relation) -> list[tuple[str, str]]:
    """The rows below `# Detailed Table Information`."""
    found = [
        ("Catalog", relation["catalog_name"]),
        ("Database", relation["schema_name"]),
        ("Table", relation["name"]),
        ("Created Time", date_text(relation["created_at"])),
        ("Last Access", "UNKNOWN"),
        ("Created By", "Spark "),
    ]
    if relation["physical"] is not None:
        rows, size = session.workspace.lake.rows(relation["physical"]), session.workspace.lake.bytes(relation["physical"])
        found.append(("Statistics", f"{size} bytes, {rows} rows"))
    found.append(("Type", relation["table_type"]))
    if relation.get("comment"):
        found.append(("Comment", relation["comment"]))
    if relation.get("view_definition"):
        found += [
            ("View Text", relation["view_definition"]),
            ("View Original Text", relation["view_definition"]),
            ("View Catalog and Namespace", f"{relation['view_catalog']}.{relation['view_schema']}"),
            ("View Query Output Columns", "[" + ", ".join(f"`{column['name']}`" for column in relation["columns"]) + "]"),
        ]
    if relation["physical"] is not None:
        found += [("Location", location(relation)), ("Provider", relation.get("data_source_format", "DELTA").lower())]
    found.append(("Owner", relation["owner"]))
    if shown := properties(relation):
        found.append(("Table Properties", "[" + ",".join(f"{key}={value}" for key, value in sorted(shown.items())) + "]"))
    return found


def text(session: Session, relation: Relation) -> str:
    """The column `information` of SHOW TABLE EXTENDED."""
    lines = [f"{key}: {value}" for key, value in items(session, relation)]
    lines.append("Schema: root")
    lines += [
        f" |-- {column['name']}: {column['type_text']} (nullable = {str(column['nullable']).lower()})"
        for column in relation["columns"]
    ]
    return "\n".join(lines) + "\n"


def date_text(milliseconds: int) -> str:
    """A time as Java prints it: Mon Jan 01 00:00:00 UTC 2024."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
