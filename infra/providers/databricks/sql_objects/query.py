"""`databricks:index/query:Query`: saved queries, `/api/2.0/sql/queries`."""

from __future__ import annotations

from infra.providers.databricks.files.tree import same_path
from infra.providers.databricks.shapes import (
    PROVIDER_CONFIG,
    Field,
    Shape,
    block,
    flag,
    integer,
    number,
    text,
    texts,
    zero_blocks,
)
from infra.providers.databricks.sql_objects.shared import SqlObject


def _parameters() -> Field:
    several = block("multiValuesOptions", text("prefix"), text("separator"), text("suffix"))
    precision = text("precision", computed=True)
    return zero_blocks(
        "parameters",
        block(
            "dateRangeValue",
            block("dateRangeValue", text("end", required=True), text("start", required=True)),
            text("dynamicDateRangeValue"),
            precision,
            integer("startDayOfWeek"),
        ),
        block("dateValue", text("dateValue"), text("dynamicDateValue"), precision),
        block("enumValue", text("enumOptions"), several, texts("values")),
        text("name", required=True),
        block("numericValue", number("value", required=True)),
        block("queryBackedValue", several, text("queryId", required=True), texts("values")),
        block("textValue", text("value", required=True)),
        text("title"),
        wire="parameter",
        api="parameters",
        absent=[],
    )


class Query(SqlObject):
    """A query."""

    token = "databricks:index/query:Query"
    at = "/api/2.0/sql/queries"
    key = "query"
    replaced = ("display_name", "query_text", "warehouse_id", "parameters")
    changed = ("run_as_mode", "owner_user_name", "description", "tags", "apply_auto_limit", "catalog", "schema")
    shape = Shape(
        flag("applyAutoLimit", absent=False),
        text("catalog"),
        text("createTime", output=True, absent=""),
        text("description"),
        text("displayName", required=True),
        text("lastModifierUserName", output=True, absent=""),
        text("lifecycleState", output=True, absent=""),
        text("ownerUserName", computed=True),
        _parameters(),
        text("parentPath", replaces=True, computed=True, alike=same_path),
        PROVIDER_CONFIG,
        text("queryText", required=True),
        text("runAsMode", computed=True, choices=("VIEWER", "OWNER")),
        text("schema"),
        texts("tags"),
        text("updateTime", output=True, absent=""),
        text("warehouseId", required=True),
    )
