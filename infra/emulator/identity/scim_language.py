"""SCIM's two little languages: filters (RFC 7644 section 3.4.2.2) and PATCH paths (section 3.5.2). Pure.

Filters know comparisons of one attribute with a quoted text or a boolean, joined by `and` or `or`; brackets are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from infra.emulator.errors import BadRequest

Predicate: TypeAlias = Callable[[dict[str, Any]], bool]

_COMPARISON = re.compile(r'^\s*([\w.$:-]+)\s+(?:(pr)|(eq|ne|co|sw|ew)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+)))\s*$', re.IGNORECASE)
_SELECTED = re.compile(r'^(\w+)\[\s*value\s+eq\s+"([^"]*)"\s*\]$', re.IGNORECASE)
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda actual, wanted: actual == wanted,
    "ne": lambda actual, wanted: actual != wanted,
    "co": lambda actual, wanted: wanted in actual,
    "sw": lambda actual, wanted: actual.startswith(wanted),
    "ew": lambda actual, wanted: actual.endswith(wanted),
}


def equality(filter_text: str) -> tuple[str, str] | None:
    """(attribute, value) if the filter is a single `attribute eq "value"`: such a one can be looked up."""
    match = _COMPARISON.match(filter_text)
    if match is None or (match[3] or "").lower() != "eq" or match[4] is None:
        return None
    return match[1], _unescape(match[4])


def predicate(filter_text: str) -> Predicate:
    """The filter as a function of a resource. Raises BadRequest for one that cannot be read."""
    parts = re.split(r'\s+or\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', filter_text, flags=re.IGNORECASE)
    alternatives = [
        [_comparison(term) for term in re.split(r'\s+and\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', part, flags=re.IGNORECASE)]
        for part in parts
    ]
    return lambda resource: any(all(term(resource) for term in terms) for terms in alternatives)


def _comparison(text: str) -> Predicate:
    match = _COMPARISON.match(text)
    if match is None:
        raise BadRequest(f"Given filter operator is not supported: {text.strip()}")
    attribute = match[1]
    if match[2]:
        return lambda resource: any(_values(resource, attribute))
    compare = _COMPARE[match[3].lower()]
    wanted = (_unescape(match[4]) if match[4] is not None else match[5]).lower()
    if match[3].lower() == "ne":
        return lambda resource: all(compare(actual, wanted) for actual in _values(resource, attribute))
    return lambda resource: any(compare(actual, wanted) for actual in _values(resource, attribute))


def _values(resource: dict[str, Any], attribute: str) -> list[str]:
    """All values of `emails.value` or `displayName`, lower-cased; attribute names are case-insensitive."""
    found: list[Any] = [resource]
    for part in attribute.lower().split("."):
        found = [value for each in found if isinstance(each, dict) for name, value in each.items() if name.lower() == part]
        found = [item for value in found for item in (value if isinstance(value, list) else [value])]
    texts = [each.get("value") if isinstance(each, dict) else each for each in found]
    return [str(text).lower() for text in texts if text is not None]


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def selected(path: str) -> tuple[str, str | None]:
    """A PATCH path as (attribute, value selected): `members[value eq "5"]` is ("members", "5"), `active` ("active", None)."""
    match = _SELECTED.match(path)
    if match is not None:
        return match[1], match[2]
    if "[" in path:
        raise BadRequest(f'Invalid path: {path}. Only [value eq "…"] is supported.')
    return path, None


def operations(body: dict[str, Any]) -> list[tuple[str, str, str | None, Any]]:
    """A PATCH body as (op, attribute, value selected, value), one for each attribute. Raises BadRequest."""
    listed = body.get("Operations")
    if not isinstance(listed, list):
        raise BadRequest("Operations are missing from the request.")
    found: list[tuple[str, str, str | None, Any]] = []
    for operation in listed:
        op, path, value = str(operation.get("op", "")).lower(), operation.get("path") or "", operation.get("value")
        if op not in ("add", "remove", "replace"):
            raise BadRequest(f"Invalid operation: {operation.get('op')}")
        if path:
            found.append((op, *selected(path), value))
        elif isinstance(value, dict):
            found += [(op, *selected(name), item) for name, item in value.items()]
        else:
            raise BadRequest("An operation without a path needs an object as its value.")
    return found
