"""Values as JSON and text show them, in results by JSON_ARRAY and inside complex values."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from infra.emulator.sql.types import DataType


def plain(value: Any, kind: DataType) -> Any:
    """A value (as pyarrow gives it) as JSON's types: numbers stay, times and bytes become text, maps objects."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if kind.element is not None:
        return [plain(each, kind.element) for each in value]
    if kind.key is not None and kind.value is not None:
        pairs = value.items() if isinstance(value, dict) else value
        return {str(plain(key, kind.key)): plain(each, kind.value) for key, each in pairs}
    if kind.fields:
        return {field.name: plain(value[field.name], field.type) for field in kind.fields}
    return text(value)


def wire_text(value: Any, kind: DataType) -> str | None:
    """A value as JSON_ARRAY and CSV have it: text, times in ISO 8601, complex values as JSON."""
    if value is None:
        return None
    if kind.name == "timestamp":
        return f"{_milliseconds(value)}Z"
    if kind.name == "timestamp_ntz":
        return _milliseconds(value)
    if kind.name in ("array", "map", "struct"):
        return json.dumps(_texts(value, kind), ensure_ascii=False, separators=(",", ":"))
    return text(value)


def _milliseconds(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}"


def _texts(value: Any, kind: DataType) -> Any:
    """A complex value with text for every scalar, as the API writes them."""
    if value is None:
        return None
    if kind.element is not None:
        return [_texts(each, kind.element) for each in value]
    if kind.key is not None and kind.value is not None:
        pairs = value.items() if isinstance(value, dict) else value
        return {str(_texts(key, kind.key)): _texts(each, kind.value) for key, each in pairs}
    if kind.fields:
        return {field.name: _texts(value[field.name], field.type) for field in kind.fields}
    return wire_text(value, kind)


def text(value: Any) -> str:
    """A scalar as Spark's cast to string shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        fraction = f"{value.microsecond:06}".rstrip("0")
        return value.strftime("%Y-%m-%d %H:%M:%S") + (f".{fraction}" if fraction else "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
