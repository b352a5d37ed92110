"""What an update would change: new inputs against the stored outputs, as the official provider's detailed diff names it.

The stored outputs, not the old inputs, are compared, so that drift found by a refresh is mended; hence `input_diff` is false.
What the program leaves out is no difference where the server fills it in or where it is stored as empty. Sets are compared
without order, lists with a key by that key. A block that forces a replacement does so when it comes or goes: what changes
inside it forces one where that says so itself. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from infra.engine.ports import DiffKind, PropertyDiff
from infra.engine.values import UNKNOWN, Properties, Value, contains_unknown
from infra.providers.databricks.shapes import Field, Shape

#: A path and what happens there; `forces` says that a new resource is needed.
Change = tuple[str, str, bool]

_PLAIN_KEY: Final = re.compile(r"^[A-Za-z_$][\w$]*$")


def ignored(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path stands at or below one that the program ignores; `*` stands for any key or index."""
    return any(
        re.match(re.escape(pattern).replace(r"\[\*\]", r"\[[^\]]+\]").replace(r"\*", r"[^.\[]+") + r"(?=[.\[]|$)", path)
        for pattern in patterns
    )


def differences(shape: Shape, olds: Properties, news: Properties, path: str = "") -> Iterator[Change]:
    """Changes from `olds` (plain outputs) to `news` (plain inputs, unknowns allowed)."""
    for field in shape.fields():
        if not field.output:
            yield from _field(field, olds.get(field.name), news.get(field.name), path + field.name)


def _field(field: Field, old: Value, new: Value, path: str) -> Iterator[Change]:
    forces = field.replaces
    if new is None:
        if not (field.computed or empty(old) or old == field.usual):
            yield path, "delete" if field.kind != "flag" else "update", forces
    elif new is UNKNOWN:
        yield path, _kind(old), forces
    elif field.kind == "block":
        yield from _block(field, old, new, path)
    elif field.kind == "blocks":
        yield from _blocks(field, old, new, path)
    elif field.kind in {"texts", "integers"}:
        yield from _texts(field, old or [], new, path)
    elif field.kind == "mapping":
        yield from _mapping(field, old or {}, new, path)
    elif old != new and not (empty(old) and empty(new)) and not (field.alike and field.alike(old, new)):
        yield path, "update" if old is not None else "add", forces


def empty(value: Value) -> bool:
    """Whether a stored value is the same as none: null, a zero, or an object of such."""
    if isinstance(value, dict):
        return all(empty(item) for item in value.values())
    return value is None or value in ("", [], 0, False)


def _kind(old: Value) -> str:
    return "add" if old is None or old in ([], {}) else "update"


def _block(field: Field, old: Value, new: Value, path: str) -> Iterator[Change]:
    if not isinstance(old, dict):
        if not empty(new):
            yield path, "add", field.replaces
        return
    yield from differences(field.nested, old, new, path + ".")


def _blocks(field: Field, old: Value, new: list[Value], path: str) -> Iterator[Change]:
    olds: list[Value] = old if isinstance(old, list) else []
    if not olds or not new:
        if olds or new:
            yield path, "add" if new else "delete", field.replaces
    elif field.unordered:
        if contains_unknown(new) or _counted(field, olds) != _counted(field, new):
            yield path, "update", field.replaces
    else:
        before = {_identity(field, item, index): item for index, item in enumerate(olds)}
        after = {_identity(field, item, index): index for index, item in enumerate(new)}
        for identity, index in after.items():
            here = f"{path}[{index}]"
            if identity not in before or new[index] is UNKNOWN:
                yield here, "update" if identity in before else "add", field.replaces
            else:
                yield from differences(field.nested, before[identity], new[index], here + ".")
        for position, identity in enumerate(before):
            if identity not in after:
                yield f"{path}[{position}]", "delete", field.replaces


def _identity(field: Field, item: Value, index: int) -> str | int:
    return str(item.get(field.key)) if field.key and isinstance(item, dict) and item.get(field.key) is not UNKNOWN else index


def _counted(field: Field, items: list[Value]) -> list[str]:
    """A set of objects in a form that is equal for equal sets."""
    return sorted(json.dumps(_settled(field.nested, item), sort_keys=True) for item in items)


def _settled(shape: Shape, item: Properties) -> Properties:
    """An object without what is the same as left out."""
    settled = {name: _settled_value(shape[name], value) for name, value in item.items() if name in shape}
    return {name: value for name, value in settled.items() if not empty(value) and value != shape[name].usual}


def _settled_value(field: Field, value: Value) -> Value:
    if field.kind == "block" and isinstance(value, dict):
        return _settled(field.nested, value)
    if field.kind == "blocks" and isinstance(value, list):
        return [_settled(field.nested, item) for item in value]
    return sorted(value) if field.unordered and isinstance(value, list) else value


def _texts(field: Field, old: list[Value], new: list[Value], path: str) -> Iterator[Change]:
    if not old or not new:
        if old or new:
            yield path, "add" if new else "delete", field.replaces
    elif field.unordered:
        yield from ((f"{path}[{i}]", "add", field.replaces) for i, item in enumerate(new) if item not in old)
        yield from ((f"{path}[{i}]", "delete", field.replaces) for i, item in enumerate(old) if item not in new)
    else:
        for index in range(max(len(old), len(new))):
            if index >= len(old) or index >= len(new):
                yield f"{path}[{index}]", "add" if index >= len(old) else "delete", field.replaces
            elif old[index] != new[index]:
                yield f"{path}[{index}]", "update", field.replaces


def _mapping(field: Field, old: Properties, new: Properties, path: str) -> Iterator[Change]:
    if not old or not new:
        if old or new:
            yield path, "add" if new else "delete", field.replaces
        return
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            here = f"{path}.{key}" if _PLAIN_KEY.match(key) else f"{path}[{json.dumps(key)}]"
            yield here, "update" if key in old and key in new else "add" if key in new else "delete", field.replaces


_REPLACING: Final[dict[str, DiffKind]] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}
_INPLACE: Final[dict[str, DiffKind]] = {"add": "add", "delete": "delete", "update": "update"}


def detailed(changes: list[Change]) -> dict[str, PropertyDiff]:
    """Changes as the engine shows them."""
    return {
        path: PropertyDiff(_REPLACING[kind] if forces else _INPLACE[kind], input_diff=False) for path, kind, forces in changes
    }


def top_level(path: str) -> str:
    """The resource's property that a path is in."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]
