"""Whether an alert is triggered by the first row of its query's result.

databricks-sdk `sql.AlertCondition`: a column, an operator, a threshold. Without a row, its `empty_result_state` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.sql_objects import shared
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

OK, TRIGGERED, UNKNOWN = "OK", "TRIGGERED", "UNKNOWN"
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "GREATER_THAN": lambda value, threshold: value > threshold,
    "GREATER_THAN_OR_EQUAL": lambda value, threshold: value >= threshold,
    "LESS_THAN": lambda value, threshold: value < threshold,
    "LESS_THAN_OR_EQUAL": lambda value, threshold: value <= threshold,
    "EQUAL": lambda value, threshold: value == threshold,
    "NOT_EQUAL": lambda value, threshold: value != threshold,
}


def state(alert: Document, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """OK, TRIGGERED or UNKNOWN. Raises InvalidParameter if the result has no such column."""
    condition = alert["condition"]
    if not rows:
        return str(condition.get("empty_result_state") or UNKNOWN)
    name = ((condition.get("operand") or {}).get("column") or {}).get("name")
    if not isinstance(name, str) or name not in columns:
        raise InvalidParameter(f"The alert looks at the column '{name}'; the query has {', '.join(columns)}.")
    value = rows[0][list(columns).index(name)]
    if condition["op"] == "IS_NULL":
        return TRIGGERED if value is None else OK
    if value is None:
        return UNKNOWN
    value, threshold = _comparable(value, (condition.get("threshold") or {}).get("value") or {})
    return TRIGGERED if _OPERATORS[condition["op"]](value, threshold) else OK


def _comparable(value: Any, threshold: Document) -> tuple[Any, Any]:
    """Both as what the threshold is; one that was sent as nothing is zero, as the API leaves zeros out."""
    if "string_value" in threshold:
        return str(value), str(threshold["string_value"])
    if "bool_value" in threshold:
        return bool(value), bool(threshold["bool_value"])
    try:
        return float(value), float(threshold.get("double_value") or 0)
    except (TypeError, ValueError) as error:
        raise InvalidParameter(f"The alert compares numbers, and its column holds {value!r}.") from error


def note(workspace: Workspace, alert: Document, found: str) -> None:
    """Keep the state with the alert, and when it was triggered last."""
    changes = {"state": found} | ({"trigger_time": shared.now(workspace)} if found == TRIGGERED else {})
    workspace.store.put("alert", alert["id"], alert | changes)
