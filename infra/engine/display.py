"""An operation as plain lines, like the Pulumi CLI's in a pipe. What it leaves out: colours, progress bars, terminals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from infra.engine import urn as urns
from infra.engine.events import Diagnostic, Event, Operation, ProgramOutput, StepEnded, StepStarted, Summary
from infra.engine.request import Kind
from infra.engine.values import UNKNOWN, Value

_SIGNS: Final[Mapping[Operation, str]] = {
    "same": " ",
    "create": "+",
    "update": "~",
    "delete": "-",
    "replace": "+-",
    "create-replacement": "++",
    "delete-replaced": "--",
    "read": ">",
    "read-replacement": ">>",
    "refresh": "~",
    "discard": "<",
    "import": "=",
    "import-replacement": "=>",
}
_TITLES: Final[Mapping[Kind, str]] = {
    "preview": "Previewing update",
    "up": "Updating",
    "preview-destroy": "Previewing destroy",
    "destroy": "Destroying",
    "preview-refresh": "Previewing refresh",
    "refresh": "Refreshing",
}
#: Operation, what is to be done, what was done.
_COUNTED: Final = (
    ("create", "to create", "created"),
    ("update", "to update", "updated"),
    ("replace", "to replace", "replaced"),
    ("delete", "to delete", "deleted"),
    ("import", "to import", "imported"),
    ("read", "to read", "read"),
    ("discard", "to discard", "discarded"),
)


class Display:
    """A listener that hands lines to `write`. `diff` shows the properties that differ."""

    def __init__(self, kind: Kind, stack: str, write: Callable[[str], None], *, diff: bool = False) -> None:
        self._preview = kind.startswith("preview")
        self._write, self._diff = write, diff
        self._diagnostics: list[Diagnostic] = []
        write(f"{_TITLES[kind]} ({stack}):")

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case StepStarted():
                self._step_started(event)
            case StepEnded():
                self._step_ended(event)
            case Diagnostic():
                self._diagnostics.append(event)
            case ProgramOutput(line=line):
                self._write(f"    {line}")
            case Summary():
                for line in self._closing(event):
                    self._write(line)

    def _step_started(self, event: StepStarted) -> None:
        if event.operation == "same" or not (self._preview or self._diff):
            return
        verb = f" {event.operation}" if self._preview else ""
        changed = f" [diff: {', '.join(event.keys)}]" if event.keys else ""
        self._write(f" {_SIGNS[event.operation]:<2} {shown_type(event.type)} {event.name}{verb}{changed}")
        if self._diff:
            for line in differences(event.old, event.new):
                self._write(f"        {line}")

    def _step_ended(self, event: StepEnded) -> None:
        if event.operation == "same" or (self._preview and event.error is None):
            return
        outcome = "failed" if event.error is not None else f"{event.operation} done ({event.seconds:.2f}s)"
        self._write(f" {_SIGNS[event.operation]:<2} {shown_type(event.type)} {event.name} {outcome}")

    def _closing(self, summary: Summary) -> Iterator[str]:
        if self._diagnostics:
            yield "Diagnostics:"
            for item in self._diagnostics:
                about = f"{shown_type(urns.type_of(item.urn))} ({urns.name_of(item.urn)}): " if item.urn else ""
                first, *rest = item.message.splitlines() or [""]
                yield f"    {item.severity}: {about}{first}"
                yield from (f"      {line}" for line in rest)
            yield ""
        if summary.outputs:
            yield "Outputs:"
            width = max(map(len, summary.outputs))
            yield from (f"    {key:<{width}}: {shown(value)}" for key, value in sorted(summary.outputs.items()))
            yield ""
        yield "Resources:"
        yield from counted(summary.changes, preview=self._preview)
        yield ""
        yield f"Duration: {round(summary.seconds)}s" if summary.seconds >= 1 else f"Duration: {summary.seconds:.1f}s"


def counted(changes: Mapping[str, int], *, preview: bool) -> Iterator[str]:
    """The lines under `Resources:`."""
    for operation, ahead, done in _COUNTED:
        if number := changes.get(operation):
            sign = _SIGNS[operation]  # type: ignore[index]
            yield f"    {sign:<2}{number} {ahead if preview else done}"
    altered = sum(number for operation, number in changes.items() if operation != "same")
    if unchanged := changes.get("same", 0):
        yield f"    {altered} changes. {unchanged} unchanged" if altered else f"    {unchanged} unchanged"


def differences(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[str]:
    """One line per property that is added, removed or changed."""
    for key in sorted({*old, *new}):
        if key.startswith("__") or old.get(key) == new.get(key):
            continue
        if key not in old:
            yield f"+ {key}: {shown(new[key])}"
        elif key not in new:
            yield f"- {key}: {shown(old[key])}"
        else:
            yield f"~ {key}: {shown(old[key])} => {shown(new[key])}"


def shown_type(type: str) -> str:
    """A type as people read it: `databricks:index:Schema` for `databricks:index/schema:Schema`."""
    package, _, rest = type.partition(":")
    module, _, name = rest.partition(":")
    return f"{package}:{module.partition('/')[0]}:{name}" if name else type


def shown(value: Value) -> str:
    """A value on one line; secrets are masked already."""
    if value is UNKNOWN:
        return "[unknown]"
    if value == "[secret]":
        return "[secret]"
    return json.dumps(_known(value), ensure_ascii=False)


def _known(value: Value) -> Any:
    if value is UNKNOWN:
        return "[unknown]"
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    return [_known(item) for item in value] if isinstance(value, list) else value
