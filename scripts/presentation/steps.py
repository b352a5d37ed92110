"""The steps of a preview or an update as lines: one a resource, then the sum."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from infra.engine.events import Operation, StepEnded, StepStarted
from infra.engine.ports import DiffKind
from infra.engine.values import UNKNOWN, UNKNOWN_STRING
from infra.operations.changes import Change, ChangeSet, PropertyChange, ReleaseChange, file_key, is_release_file

_SYMBOLS: dict[Operation, str] = {
    "create": "+",
    "update": "~",
    "delete": "-",
    "replace": "+-",
    "create-replacement": "++",
    "delete-replaced": "--",
    "read": ">",
    "read-replacement": ">",
    "import": "=",
    "refresh": "~",
    "discard": "<",
    "same": "",
}
_STYLES = {"+": "green", "++": "green", "=": "green", "~": "yellow", "-": "red", "--": "red", "+-": "magenta", ">": "cyan"}
_DONE: dict[Operation, str] = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
    "create-replacement": "created anew",
    "delete-replaced": "old one deleted",
    "read": "read",
    "read-replacement": "read",
    "import": "imported",
    "refresh": "refreshed",
    "discard": "discarded",
    "same": "unchanged",
}
_DOING: dict[str, str] = {"create": "creating", "update": "updating", "delete": "deleting", "replace": "replacing"}
#: The order in which a sum names operations.
_SUMMED: tuple[Operation, ...] = ("create", "import", "update", "replace", "delete", "read", "refresh", "discard")
_KIND_SYMBOLS: dict[str, str] = {"add": "+", "delete": "-", "update": "~"}
_SHOWN_FILES = 3
_INDEX = re.compile(r"\[\d+\]")
_VALUE_WIDTH = 100


def step_line(operation: Operation, type: str, name: str, note: str = "") -> Text:
    """One resource: symbol, type, name, and what there is to add."""
    symbol = _SYMBOLS[operation]
    line = Text(" ")
    line.append(f"{symbol:<2} ", style=_STYLES.get(symbol, "dim"))
    line.append(f"{type_label(type):<22} ", style="dim")
    line.append(f"{name:<36} " if note else name)
    line.append(note, style="dim")
    return line


def planned_line(change: Change) -> Text:
    """A step of a preview, with the names of the properties that change."""
    return step_line(change.operation, change.type, change.name, property_note(change))


def ended_line(event: StepEnded, change: Change | None = None) -> Text:
    """A step of an update that is done, or that failed."""
    if event.error is not None:
        line = step_line(event.operation, event.type, event.name, "failed")
        line.stylize("red")
        return line
    note = f"{_DONE[event.operation]} ({event.seconds:.1f} s)"
    properties = property_note(change) if change is not None else ""
    return step_line(event.operation, event.type, event.name, f"{note}  {properties}".rstrip())


def doing(event: StepStarted) -> str:
    """What is under way, in a few words."""
    doing = _DOING.get(event.operation.split("-")[0], event.operation)
    subject = file_key(event.name)[1] if is_release_file(event.urn) else f"{type_label(event.type)} {event.name}"
    return f"{doing} {subject}"


def property_note(change: Change) -> str:
    """`~comment +tags`; what forces a replacement bears an exclamation mark. The items of a list are not told apart."""
    notes = (
        f"{_KIND_SYMBOLS[item.kind.split('-')[0]]}{_INDEX.sub('[*]', item.path)}{'!' if item.kind.endswith('-replace') else ''}"
        for item in change.properties
    )
    return " ".join(dict.fromkeys(notes))


def diff_lines(change: Change, new: Mapping[str, Any] | None = None) -> Iterator[Text]:
    """Below a change, each property with its old and new value; all of `new`, the inputs, for a resource that is created."""
    if change.operation == "create" and new is not None:
        for key in sorted(new):
            if not key.startswith("__"):
                yield _property_line(PropertyChange(path=key, kind="add", new=new[key]))
    for item in change.properties:
        yield _property_line(item)


def release_line(release: ReleaseChange) -> Text:
    """The files of a dbt release, folded."""
    if release.before and release.after:
        name = f"{release.before} → {release.after}"
        return _release_text("~", name, _files_note(release))
    if release.after:
        return _release_text("+", release.after, _count(release.files, "file"))
    if release.before:
        return _release_text("-", release.before, _count(release.files, "file"))
    return _release_text("~", "", _files_note(release))


def sum_line(changes: ChangeSet, *, preview: bool, seconds: float, failed: bool = False) -> Text:
    """How many resources change, and how many do not; of an update that failed, how far it came."""
    files = changes.file_counts
    counted = [(operation, changes.counts.get(operation, 0) - files.get(operation, 0)) for operation in _SUMMED]
    parts = [f"{number} {_verb(operation, preview)}" for operation, number in counted if number > 0]
    if changes.release is not None:
        parts.append(f"the dbt release {_verb(_release_operation(changes.release), preview)}")
    same = changes.counts.get("same", 0)
    took = f"  ({seconds:.1f} s)"
    rest = f"; {same} unchanged" if same else ""
    if failed:
        return Text(f"Failed: {', '.join(parts) or 'nothing was changed'}{rest}.{took}", style="bold red")
    if not parts:
        are = "is" if same == 1 else "are"
        return Text(f"No change: {_count(same, 'resource')} {are} as the environment says.{took}", style="bold green")
    return Text(f"{', '.join(parts)}{rest}.{took}", style="bold")


def type_label(type: str) -> str:
    """The short name of a type token: `databricks:index/sqlEndpoint:SqlEndpoint` is a SqlEndpoint.

    What is not Databricks' keeps its package: `lakestead:Catalog` is a component around the Catalog.
    """
    package, _, name = type.partition(":")
    if name.startswith("providers:"):
        return f"{package}:Provider"
    short = name.rsplit(":", 1)[-1]
    return short if package == "databricks" else f"{package}:{short}"


def subject(urn: str) -> str:
    """`Schema bronze: ` before a message about a resource; nothing for no resource."""
    if urn.count("::") < 3:
        return ""
    _, _, chain, name = urn.split("::", 3)
    return f"{type_label(chain.rsplit('$', 1)[-1])} {name}: "


def value_text(value: Any) -> str:
    """A property's value on one line."""
    if value is UNKNOWN or value == UNKNOWN_STRING:
        return "(known after the update)"
    text = json.dumps(_shown(value), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _VALUE_WIDTH else f"{text[: _VALUE_WIDTH - 1]}…"


def _shown(value: Any) -> Any:
    if value is UNKNOWN or value == UNKNOWN_STRING:
        return "(unknown)"
    if isinstance(value, Mapping):
        return {str(key): _shown(item) for key, item in value.items() if not str(key).startswith("__")}
    if isinstance(value, (list, tuple)):
        return [_shown(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def _property_line(item: PropertyChange) -> Text:
    kind: DiffKind = item.kind
    symbol = _KIND_SYMBOLS[kind.split("-")[0]]
    line = Text("       ")
    line.append(f"{symbol} ", style=_STYLES[symbol])
    line.append(f"{item.path}: ")
    if symbol != "+":
        line.append(value_text(item.old), style="red")
    if symbol == "~":
        line.append(" → ")
    if symbol != "-":
        line.append(value_text(item.new), style="green")
    if kind.endswith("-replace"):
        line.append("  (forces a new resource)", style="magenta")
    return line


def _verb(operation: Operation, preview: bool) -> str:
    return f"to {operation}" if preview else _DONE[operation]


def _release_operation(release: ReleaseChange) -> Operation:
    if not release.before and release.after:
        return "create"
    return "delete" if release.before and not release.after else "update"


def _release_text(symbol: str, name: str, note: str) -> Text:
    line = Text(" ")
    line.append(f"{symbol:<2} ", style=_STYLES[symbol])
    line.append(f"{'dbt release':<22} ", style="dim")
    line.append(f"{name:<36} ")
    line.append(note, style="dim")
    return line


def _files_note(release: ReleaseChange) -> str:
    parts = [
        f"{_count(len(paths), 'file')} {word}"
        for word, paths in (("changed", release.changed), ("added", release.added), ("removed", release.removed))
        if paths
    ]
    paths = [*release.changed, *release.added, *release.removed]
    named = ", ".join(paths[:_SHOWN_FILES]) + (", …" if len(paths) > _SHOWN_FILES else "")
    return f"{', '.join(parts) or 'no file changed'}{': ' + named if named else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
