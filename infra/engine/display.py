"""An operation as plain lines, like the Pulumi CLI's in a pipe. What it leaves out: colours, progress bars, terminals."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.engine import diff_lines
from infra.engine import urn as urns
from infra.engine.events import (
    Diagnostic,
    Event,
    Interrupted,
    Operation,
    OutputsRegistered,
    Prelude,
    ProgramOutput,
    StepEnded,
    StepStarted,
    Summary,
)
from infra.engine.property_diff import changes, keys_by_sign, told
from infra.engine.request import Kind
from infra.engine.values import UNKNOWN, Value

_TITLES: Final[Mapping[Kind, str]] = {
    "preview": "Previewing update",
    "up": "Updating",
    "preview-destroy": "Previewing destroy",
    "destroy": "Destroying",
    "preview-refresh": "Previewing refresh",
    "refresh": "Refreshing",
    "preview-import": "Previewing import",
    "import": "Importing",
}
#: Operation, as it is planned, under way, done. What the CLI says.
_WORDS: Final[Mapping[Operation, tuple[str, str, str]]] = {
    "same": ("", "", ""),
    "create": ("create", "creating", "created"),
    "update": ("update", "updating", "updated"),
    "delete": ("delete", "deleting", "deleted"),
    "replace": ("replace", "replacing", "replaced"),
    "create-replacement": ("create replacement", "creating replacement", "created replacement"),
    "delete-replaced": ("delete original", "deleting original", "deleted original"),
    "read": ("read", "reading", "read"),
    "read-replacement": ("read for replacement", "reading for replacement", "read for replacement"),
    "refresh": ("refreshing", "refreshing", "refresh"),
    "discard": ("discard", "discarding", "discarded"),
    "import": ("import", "importing", "imported"),
    "import-replacement": ("import replacement", "importing replacement", "imported replacement"),
}
#: What a summary counts, in the CLI's order.
_COUNTED: Final[tuple[Operation, ...]] = ("create", "update", "delete", "replace", "refresh", "import")
STOPPING: Final = "Stopping: what is under way is finished, and nothing new is begun. Ctrl-C again ends it at once."
ENDING: Final = "Ending at once. The next operation looks what became of the calls that were under way."
#: What serves a replacement and is shown with `--diff` only if so asked.
_REPLACING: Final = frozenset({"create-replacement", "delete-replaced", "read-replacement", "import-replacement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown besides the steps. `diff`: the properties of each; the events must bear metadata then."""

    diff: bool = False
    outputs: bool = True
    sames: bool = False
    replacement_steps: bool = False
    config: bool = False
    urns: bool = False


class Display:
    """A listener that hands lines to `write`."""

    def __init__(self, kind: Kind, stack: str, write: Callable[[str], None], shown: Shown = Shown()) -> None:
        self._preview, self._imports = kind.startswith("preview"), kind.endswith("import")
        self._write, self._shown = write, shown
        self._diagnostics: list[Diagnostic] = []
        self._started: dict[tuple[str, str], StepStarted] = {}
        #: With `--diff`: the last that was begun for each resource.
        self._seen: dict[str, Mapping[str, Any]] = {}
        self._failed = 0
        write(f"{_TITLES[kind]} ({stack}):")

    def __call__(self, event: Event) -> None:
        """Show an event."""
        for line in self._lines(event):
            self._write(line)

    def _lines(self, event: Event) -> Iterator[str]:
        match event:
            case Prelude(config=config) if self._shown.config:
                yield "Configuration:"
                yield from (f"    {key}: {value}" for key, value in sorted(config.items()))
            case StepStarted():
                self._started[event.operation, event.urn] = event
                yield from self._difference(event) if self._shown.diff else self._step_started(event)
            case StepEnded():
                self._failed += event.error is not None
                yield from self._outcome(event.metadata) if self._shown.diff else self._step_ended(event)
            case OutputsRegistered(metadata=metadata) if self._shown.diff:
                yield from self._outcome(metadata)
            case Diagnostic(severity=severity) if severity != "debug":
                self._diagnostics.append(event)
            case ProgramOutput(line=line):
                yield f"    {line}"
            case Interrupted(times=times):
                yield STOPPING if times == 1 else ENDING
            case Summary():
                yield from self._closing(event)

    def _step_started(self, event: StepStarted) -> Iterator[str]:
        if self._preview and self._is_shown(event.operation):
            yield self._line(event.operation, event, _WORDS[event.operation][0], changed(event))

    def _step_ended(self, event: StepEnded) -> Iterator[str]:
        if not self._is_shown(event.operation) or (self._preview and event.error is None):
            return
        _, doing, done = _WORDS[event.operation]
        started = self._started.get((event.operation, event.urn))
        took = f"{event.seconds:.2f}s" if event.seconds < 1 else f"{int(event.seconds)}s"
        outcome = f"**{doing} failed**" if event.error is not None else f"{done} ({took})" if done else ""
        yield self._line(event.operation, event, outcome, changed(started) if started else "")

    def _line(self, operation: Operation, event: StepStarted | StepEnded, what: str, changed: str) -> str:
        name = event.urn if self._shown.urns else event.name
        return f" {diff_lines.SIGNS[operation]} {shown_type(event.type)} {name} {what} {changed}".rstrip()

    def _is_shown(self, operation: Operation) -> bool:
        return operation != "same" or self._shown.sames

    def _difference(self, event: StepStarted) -> Iterator[str]:
        """A step as it begins. What is looked at, or taken over, is shown when it ends."""
        metadata = event.metadata
        if metadata is None:
            return
        self._seen[event.urn] = metadata
        if metadata["op"] in {"refresh", "import"} or not self._is_told(metadata):
            return
        yield from diff_lines.header(metadata, self._depth(event.urn), whole_urn=self._shown.urns)
        yield from diff_lines.properties(metadata, self._depth(event.urn))

    def _outcome(self, metadata: Mapping[str, Any] | None) -> Iterator[str]:
        """A step as it has ended."""
        if metadata is None or not self._is_told(metadata):
            return
        urn, operation = metadata["urn"], metadata["op"]
        depth, refreshed = self._depth(urn), self._seen[urn]["op"] == "refresh"
        is_root = metadata["type"] == urns.STACK_TYPE
        if operation == "import" or (refreshed and operation == "update"):
            yield from diff_lines.header(metadata, depth, whole_urn=self._shown.urns)
            yield from diff_lines.properties(metadata, depth, refreshed=refreshed)
            return
        if self._preview and not (refreshed or is_root or operation.startswith("read")):
            return
        everything = self._shown.sames or (is_root and not self._preview)
        came = list(diff_lines.outputs(metadata, depth, refreshed=refreshed, all=everything))
        if refreshed and (operation != "refresh" or came or is_root):
            yield from diff_lines.header(metadata, depth, whole_urn=self._shown.urns)
        if self._shown.outputs and came:
            yield f"{'    ' * (depth + 1)}--outputs:--"
            yield from came

    def _is_told(self, metadata: Mapping[str, Any]) -> bool:
        if metadata["op"] == "same":
            old, new = metadata["old"] or {}, metadata["new"] or {}
            relocked = old.get("protect", False) != new.get("protect", False)
            return relocked or self._shown.sames or metadata["type"] == urns.STACK_TYPE
        return self._shown.replacement_steps or metadata["op"] not in _REPLACING

    def _depth(self, urn: str) -> int:
        depth, metadata = 0, self._seen.get(_parent(self._seen[urn]))
        while metadata is not None:
            depth += self._is_told(metadata)
            metadata = self._seen.get(_parent(metadata))
        return depth

    def _closing(self, summary: Summary) -> Iterator[str]:
        if summary.result == "canceled":
            self._diagnostics.append(Diagnostic("error", "canceled; what was under way has been finished"))
        if self._diagnostics:
            yield "Diagnostics:"
            for item in self._diagnostics:
                about = f"{shown_type(urns.type_of(item.urn))} ({urns.name_of(item.urn)}): " if item.urn else ""
                first, *rest = item.message.splitlines() or [""]
                yield f"    {item.severity}: {about}{first}"
                yield from (f"      {line}" for line in rest)
            yield ""
        if summary.outputs and self._shown.outputs and not self._shown.diff and not self._imports:
            yield "Outputs:"
            width = max(map(len, summary.outputs))
            yield from (f"    {key:<{width}}: {shown(value)}" for key, value in sorted(summary.outputs.items()))
            yield ""
        yield "Resources:"
        yield from counted(summary.changes, preview=self._preview)
        if self._failed:
            yield f"    {self._failed} errored"
        if not self._preview:
            yield ""
            yield f"Duration: {math.ceil(summary.seconds)}s"


def counted(changes: Mapping[str, int], *, preview: bool) -> Iterator[str]:
    """The lines under `Resources:`."""
    kinds = [operation for operation in _COUNTED if changes.get(operation)]
    for operation in kinds:
        words = f"to {operation}" if preview else _WORDS[operation][2] if operation != "refresh" else "refreshed"
        yield f"    {diff_lines.SIGNS[operation]}{changes[operation]} {words}"
    altered = sum(changes[operation] for operation in kinds)
    parts = [f"{altered} changes"] if len(kinds) > 1 else []
    if unchanged := changes.get("same", 0):
        parts.append(f"{unchanged} unchanged")
    if parts:
        yield f"    {'. '.join(parts)}"


def changed(event: StepStarted) -> str:
    """What of a resource differs, by name: `[diff: +a~b,c]`."""
    if event.operation in {"same", "create", "delete"} or not (event.keys or event.metadata or (event.old and event.new)):
        return ""
    if (
        event.metadata is not None
        and event.metadata["detailedDiff"] is not None
        and event.metadata["old"]
        and event.metadata["new"]
    ):
        found = told(event.metadata, refreshed=False)
    else:
        found = changes(_known(event.old), _known(event.new)) if event.old and event.new else None
    groups = keys_by_sign(found, event.keys) or ([("~", list(event.keys))] if event.keys else [])
    text = "".join(f"{sign}{','.join(keys)}" for sign, keys in groups)
    return f"[diff: {text}]" if text else ""


def _parent(metadata: Mapping[str, Any]) -> str:
    parent: str = (metadata["new"] or metadata["old"])["parent"]
    return parent


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
