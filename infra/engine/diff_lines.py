"""A step as the CLI's `--diff` shows it: header, pseudo-properties, and the properties that differ. Pure.

What it leaves out of the CLI's: colours, the words inside a text that changed, and asset contents.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.engine import urn as urns
from infra.engine.property_diff import Change, Changes, changes, is_secret, told
from infra.engine.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_STRING

SIGNS: Final[Mapping[str, str]] = {
    "same": "  ",
    "create": "+ ",
    "update": "~ ",
    "delete": "- ",
    "replace": "+-",
    "create-replacement": "++",
    "delete-replaced": "--",
    "read": "> ",
    "read-replacement": ">>",
    "refresh": "~ ",
    "discard": "< ",
    "import": "= ",
    "import-replacement": "=>",
}
_LINES: Final = 3
_WIDTH: Final = 150
_OF_KIND: Final = {"add": "+ ", "delete": "- ", "update": "~ ", "same": "  "}


def header(metadata: Mapping[str, Any], indent: int, *, whole_urn: bool = False) -> Iterator[str]:
    """What resource it is: `+ type: (create)`, its id, URN, and provider unless that is a default one."""
    old, new = metadata["old"], metadata["new"]
    lock = " 🔒" if (new or old).get("protect") else " 🔓" if old and old.get("protect") else ""
    retained = (
        "[retain]"
        if old
        and old.get("retainOnDelete")
        and metadata["op"] in {"delete", "replace", "create-replacement", "delete-replaced"}
        else ""
    )
    subject = metadata["urn"] if whole_urn else metadata["type"]
    yield f"{'    ' * indent}{SIGNS[metadata['op']]}{subject}: ({metadata['op']}{retained}){lock}"
    below = "    " * (indent + 1)
    if old and old["id"]:
        yield f"{below}[id={old['id']}]"
    if not whole_urn:
        yield f"{below}[urn={metadata['urn']}]"
    provider = metadata["provider"]
    if provider and old and new and old["provider"] != new["provider"]:
        yield f"{below}[provider: {old['provider']} => {new['provider'].replace(UNKNOWN_STRING, '[unknown]')}]"
    elif provider and urns.name_of(urns.split_reference(provider)[0]) != "default":
        yield f"{below}[provider={provider}]"


def properties(metadata: Mapping[str, Any], indent: int, *, refreshed: bool = False) -> Iterator[str]:
    """What differs, or all of what comes and goes."""
    old, new = metadata["old"], metadata["new"]
    if metadata["op"] == "same":
        return
    if metadata["detailedDiff"] is not None and old and new:
        found = told(metadata, refreshed=refreshed)
        yield from tree(found, indent + 1) if found else whole(old["inputs"], indent + 1)
    elif old is None or new is None:
        state = new or old
        yield from whole(state["outputs"] or state["inputs"] if old is None else state["inputs"], indent + 1)
    else:
        of = "outputs" if new["outputs"] and metadata["op"] not in {"import", "import-replacement"} else "inputs"
        found = changes(old[of], new[of])
        only = metadata.get("diffs") if of == "inputs" else None
        yield from tree(found, indent + 1, only=only) if found else whole(new[of], indent + 1)


def outputs(metadata: Mapping[str, Any], indent: int, *, refreshed: bool = False, all: bool = False) -> Iterator[str]:
    """What came out that the inputs did not say, where it differs from before; `all` of it if so asked."""
    old, new = metadata["old"], metadata["new"]
    ins, outs = (new["inputs"], new["outputs"]) if new else ({}, {})
    if old is None:
        shown = {key: value for key, value in outs.items() if not _same_as_input(key, value, ins, refreshed) and _told(value)}
        yield from whole(shown, indent + 1)
        return
    found = changes(old["outputs"], outs)
    if found is None:
        if all:
            yield from whole(
                {key: value for key, value in outs.items() if not _same_as_input(key, value, ins, refreshed)}, indent + 1
            )
        return
    kept = {
        key: change
        for key, change in found.items()
        if (all or change.kind != "same") and not _same_as_input(str(key), outs.get(str(key)), ins, refreshed)
    }
    yield from tree(kept, indent + 1)


def tree(found: Changes, indent: int, *, only: list[str] | None = None) -> Iterator[str]:
    """Changes, in the order of their keys. `only` these at the top, if any are named."""
    chosen = {key: change for key, change in found.items() if only is None or key in only}
    width = max((len(str(key)) for key in chosen), default=0)
    for key in sorted(chosen, key=str):
        yield from _changed(f"{key:<{width}}: ", chosen[key], indent)


def whole(values: Mapping[str, Any], indent: int, sign: str = "  ") -> Iterator[str]:
    """Every property with its value."""
    shown = {key: values[key] for key in sorted(values) if not key.startswith("__")}
    width = max(map(len, shown), default=0)
    for key, value in shown.items():
        yield from _valued(f"{key:<{width}}: ", value, indent, sign)


def _changed(title: str, change: Change, indent: int) -> Iterator[str]:
    sign = _OF_KIND[change.kind]
    if change.kind == "update" and change.inside is not None:
        listed = isinstance(change.new, list)
        yield f"{_margin(indent, sign)}{title}{'[' if listed else '{'}"
        if listed:
            for index in sorted(change.inside, key=int):
                yield from _changed(f"[{index}]: ", change.inside[index], indent + 1)
        else:
            yield from tree(change.inside, indent + 1)
        yield f"{_margin(indent, '  ')}{']' if listed else '}'}"
    elif change.kind == "update" and _told(change.old) and _told(change.new):
        yield from _replaced(title, change, indent)
    elif change.kind == "same":
        if _told(change.old):
            yield from _valued(title, change.old, indent, "  ")
    else:
        if _told(change.old):
            yield from _valued(title, change.old, indent, "- ")
        if _told(change.new):
            yield from _valued(title, change.new, indent, "+ ")


def _replaced(title: str, change: Change, indent: int) -> Iterator[str]:
    decoded = (_decoded(change.old), _decoded(change.new))
    if all(item is not None for item in decoded) and decoded[0] != decoded[1]:
        inner = changes({"": decoded[0]}, {"": decoded[1]})
        first, *rest = _changed("", inner[""], indent) if inner else ("",)
        yield f"{_margin(indent, '~ ')}{title}(json) {first[len(_margin(indent, '~ ')) :]}"
        yield from rest
    elif _plain(change.old) and _plain(change.new):
        yield f"{_margin(indent, '~ ')}{title}{_text(change.old)} => {_text(change.new)}"
    else:
        yield from _valued(title, change.old, indent, "- ")
        yield from _valued(title, change.new, indent, "+ ")


def _valued(title: str, value: Any, indent: int, sign: str) -> Iterator[str]:
    margin, decoded = _margin(indent, sign), _decoded(value)
    if decoded is not None:
        first, *rest = _valued(title, decoded, indent, sign)
        yield f"{margin}{title}(json) {first[len(margin) + len(title) :]}"
        yield from rest
    elif isinstance(value, list) and value:
        yield f"{margin}{title}["
        for index, item in enumerate(value):
            first, *rest = _valued(f"[{index}]: ", item, indent + 1, sign)
            yield f"{margin}    {first[len(_margin(indent + 1, sign)) :]}"
            yield from rest
        yield f"{_margin(indent, '  ')}]"
    elif isinstance(value, Mapping) and value and not is_secret(value):
        if (shown := _asset(value)) is not None:
            yield f"{margin}{title}{shown}"
            return
        yield f"{margin}{title}{{"
        yield from whole(value, indent + 1, sign)
        yield f"{_margin(indent, '  ')}}}"
    else:
        yield f"{margin}{title}{_text(value)}"


def _asset(value: Mapping[str, Any]) -> str | None:
    names = {ASSET_SIGNATURE: "asset", ARCHIVE_SIGNATURE: "archive"}
    name = names.get(str(value.get(SIGNATURE_KEY)))
    if name is None:
        return None
    hash = str(value.get("hash", ""))[:7]
    kinds: tuple[tuple[str, str], ...] = (("path", "file"), ("uri", "uri"))
    return next((f"{name}({word}:{hash}) {{ {value[key]} }}" for key, word in kinds if value.get(key)), f"{name}(text:{hash})")


def _plain(value: Any) -> bool:
    return not isinstance(value, list | Mapping) or is_secret(value)


def _text(value: Any) -> str:
    if is_secret(value):
        return "[secret]"
    if value is None:
        return "<null>"
    if value == UNKNOWN_STRING:
        return "[unknown]"
    return json.dumps(_cut(value) if isinstance(value, str) else value, ensure_ascii=False)


def _cut(text: str) -> str:
    lines = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]}..." for line in text.split("\n")[:_LINES]]
    return "\n".join([*lines, "..."] if text.count("\n") >= _LINES else lines)


def _decoded(value: Any) -> Any:
    """What a text holds that is a JSON object or list; None for others."""
    if not isinstance(value, str) or value[:1] not in {"{", "["}:
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def _told(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _same_as_input(key: str, value: Any, inputs: Mapping[str, Any], refreshed: bool) -> bool:
    return not refreshed and key in inputs and inputs[key] == value


def _margin(indent: int, sign: str) -> str:
    return "    " * indent if sign == "  " else "    " * (indent - 1) + "  " + sign
