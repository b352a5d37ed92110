"""`databricks:index/alert:Alert`: alerts on saved queries, `/api/2.0/sql/alerts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.engine.ports import CheckFailure
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks.files.tree import same_path
from infra.providers.databricks.shapes import PROVIDER_CONFIG, Shape, block, flag, integer, number, text, zero_block
from infra.providers.databricks.sql_objects.shared import SqlObject

_OPERATORS: Final = (
    *("GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"),
    *("EQUAL", "NOT_EQUAL", "IS_NULL"),
)
_STATES: Final = ("UNKNOWN", "OK", "TRIGGERED")


class Alert(SqlObject):
    """An alert."""

    token = "databricks:index/alert:Alert"
    at = "/api/2.0/sql/alerts"
    key = "alert"
    replaced = ("display_name", "query_id", "seconds_to_retrigger", "condition", "custom_body", "custom_subject")
    changed = ("owner_user_name", "notify_on_ok")
    shape = Shape(
        zero_block(
            "condition",
            text("emptyResultState"),
            text("op", required=True),
            block("operand", block("column", text("name", required=True), required=True), required=True),
            block("threshold", block("value", flag("boolValue"), number("doubleValue"), text("stringValue"), required=True)),
            required=True,
        ),
        text("createTime", output=True, absent=""),
        text("customBody"),
        text("customSubject"),
        text("displayName", required=True, absent=""),
        text("lifecycleState", output=True, absent=""),
        flag("notifyOnOk", default=True, absent=False),
        text("ownerUserName", computed=True),
        text("parentPath", replaces=True, computed=True, alike=same_path),
        PROVIDER_CONFIG,
        text("queryId", required=True, absent=""),
        integer("secondsToRetrigger", absent=0),
        text("state", output=True, absent=""),
        text("triggerTime", output=True, absent=""),
        text("updateTime", output=True, absent=""),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        condition = inputs.get("condition")
        if not isinstance(condition, dict):
            return
        for name, known in (("op", _OPERATORS), ("emptyResultState", _STATES)):
            value = condition.get(name)
            if isinstance(value, str) and value.upper() not in known:
                yield CheckFailure(f"condition.{name}", f"is {value!r}, not one of {', '.join(known)}")
        threshold = condition.get("threshold")
        value = threshold.get("value") if isinstance(threshold, dict) else None
        if isinstance(value, dict) and UNKNOWN not in value.values() and len(value) != 1:
            yield CheckFailure("condition.threshold.value", "takes exactly one of boolValue, doubleValue, stringValue")
