"""How property maps differ, as a tree to be shown (`resource.ObjectDiff` and `engine.TranslateDetailedDiff` of Pulumi). Pure.

Values are those of the event log: plain JSON, secrets and unknowns as their marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from infra.engine import property_path
from infra.engine.errors import PlanError
from infra.engine.values import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_STRING


@dataclass(frozen=True, slots=True)
class Change:
    """One property. `inside` are the changes of what it holds, by key or by index; None where it is replaced as a whole."""

    kind: Literal["add", "delete", "update", "same"]
    old: Any = None
    new: Any = None
    inside: Changes | None = None


Changes: TypeAlias = "dict[str | int, Change]"


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes | None:
    """By key, what is the same included; None if nothing differs. Keys of the provider's own (`__…`) are left out."""
    found: Changes = {}
    for key in sorted({*old, *new}):
        if key.startswith("__"):
            continue
        before, after = old.get(key), new.get(key)
        if key in old and key in new:
            found[key] = _change(before, after)
        elif before is not None:
            found[key] = Change("delete", old=before)
        elif after is not None:
            found[key] = Change("add", new=after)
    return found if any(change.kind != "same" for change in found.values()) else None


def told(metadata: Mapping[str, Any], *, refreshed: bool) -> Changes | None:
    """What a provider says that differs (`detailedDiff`). `refreshed`: outputs are compared with outputs."""
    root: Changes = {}
    old, new = metadata["old"], metadata["new"]
    for path, item in metadata["detailedDiff"].items():
        try:
            parts = property_path.parse(path)
        except PlanError:
            parts = (path,)
        before = old["inputs"] if item["inputDiff"] else old["outputs"]
        after = new["outputs"] if refreshed and not item["inputDiff"] else new["inputs"]
        _insert(root, parts, item["diffKind"].partition("-")[0], before, after)
    return root or None


def is_secret(value: Any) -> bool:
    """Whether a value is the mark of a secret."""
    return isinstance(value, Mapping) and value.get(SIGNATURE_KEY) == SECRET_SIGNATURE


def is_opaque(value: Any) -> bool:
    """Whether nobody can look into a value."""
    return is_secret(value) or value == UNKNOWN_STRING


def _change(old: Any, new: Any) -> Change:
    inside: Changes | None = None
    if isinstance(old, list) and isinstance(new, list):
        inside = _of_lists(old, new)
    elif isinstance(old, Mapping) and isinstance(new, Mapping) and SIGNATURE_KEY not in old and SIGNATURE_KEY not in new:
        inside = changes(old, new)
    elif old != new:
        kind: Literal["add", "delete", "update"] = "add" if old is None else "delete" if new is None else "update"
        return Change(kind, old, new)
    return Change("same" if inside is None else "update", old, new, inside)


def _of_lists(old: list[Any], new: list[Any]) -> Changes | None:
    found: Changes = dict(enumerate(_change(*pair) for pair in zip(old, new, strict=False)))
    found |= {index: Change("delete", old=old[index]) for index in range(len(new), len(old))}
    found |= {index: Change("add", new=new[index]) for index in range(len(old), len(new))}
    return found if any(change.kind != "same" for change in found.values()) else None


def _insert(into: Changes, path: property_path.Path, kind: str, old: Any, new: Any) -> None:
    step, rest = path[0], path[1:]
    before, after = _at(old, step), _at(new, step)
    if not rest:
        if kind == "add":
            into[step] = Change("add", new=UNKNOWN_STRING if after is None else after)
        elif kind == "delete":
            into[step] = Change("delete", old=UNKNOWN_STRING if before is None else before)
        else:
            inner = _change(before, after)
            into[step] = Change("update", before, after, inner.inside)
    elif before is None and after is not None:
        into[step] = Change("add", new=after)
    elif before is not None and after is None:
        into[step] = Change("delete", old=before)
    else:
        known = into.get(step)
        inside: Changes = dict(known.inside) if known is not None and known.inside else {}
        _insert(inside, rest, kind, before, after)
        into[step] = Change("update", before, after, inside)


def _at(value: Any, step: str | int) -> Any:
    if is_opaque(value):
        return value
    if isinstance(value, list) and isinstance(step, int):
        return value[step] if 0 <= step < len(value) else None
    return value.get(step) if isinstance(value, Mapping) and isinstance(step, str) else None


def keys_by_sign(found: Changes | None, only: Iterable[str] = ()) -> list[tuple[str, list[str]]]:
    """The top-level keys that were added, deleted and updated, each in order; `only` these, if any are named."""
    chosen = set(only)
    grouped = []
    for sign, kind in (("+", "add"), ("-", "delete"), ("~", "update")):
        keys = sorted(str(key) for key, change in (found or {}).items() if change.kind == kind)
        if keys := [key for key in keys if not chosen or key in chosen]:
            grouped.append((sign, keys))
    return grouped
