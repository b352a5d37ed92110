"""How two property maps differ, path by path: the diff where a provider has none of its own. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from infra.engine.assets import alike, is_asset
from infra.engine.ports import DiffKind, DiffResult, PropertyDiff
from infra.engine.values import Properties, Secret, Value

_PLAIN: Final = re.compile(r"[A-Za-z_$][\w$]*")


def compared(old: Properties, new: Properties) -> DiffResult:
    """What an update of these inputs changes; nothing forces a replacement."""
    keys = tuple(key for key in sorted({*old, *new}) if not alike(old.get(key), new.get(key)))
    detailed = {path: PropertyDiff(kind) for path, kind in _differences("", old, new)}
    return DiffResult(changes=bool(keys), keys=keys, detailed=detailed)


def _differences(path: str, old: Value, new: Value) -> Iterator[tuple[str, DiffKind]]:
    old, new = (item.value if isinstance(item, Secret) else item for item in (old, new))
    if alike(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and not is_asset(old) and not is_asset(new):
        for key in sorted({*old, *new}):
            below = _below(path, key)
            if key not in old or key not in new:
                yield below, "add" if key not in old else "delete"
            else:
                yield from _differences(below, old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            below = f"{path}[{index}]"
            if index >= len(old) or index >= len(new):
                yield below, "add" if index >= len(old) else "delete"
            else:
                yield from _differences(below, old[index], new[index])
    else:
        yield path, "update"


def _below(path: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        return f"{path}[{json.dumps(key)}]"
    return f"{path}.{key}" if path else key
