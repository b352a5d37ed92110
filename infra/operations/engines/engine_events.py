"""What the Pulumi CLI tells of an operation (`sdk/go/common/apitype/events.go`), as the records of `infra.engine.events`.

Pure but for a clock. The CLI has masked every secret before it tells of it. What it leaves out: progress of downloads, and the
steps that only tidy the state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from pulumi.automation import DiagnosticEvent, EngineEvent, PolicyEvent, StepEventMetadata

from infra.engine.events import Diagnostic, Event, Operation, ProgramOutput, Severity, StepEnded, StepStarted
from infra.engine.ports import PropertyDiff
from infra.engine.urn import STACK_TYPE, name_of
from infra.engine.values import UNKNOWN, UNKNOWN_STRING, Properties, Value

#: The CLI marks colours so, whatever it is told to print.
_COLOUR: Final = re.compile(r"<\{%.*?%\}>")
#: Steps that have another name here, and those that nobody is told of.
_SAME_AS: Final[Mapping[str, Operation]] = {"discard-replaced": "discard", "import-replacement": "import"}
_UNTOLD: Final = frozenset({"remove-pending-replace"})


class Translation:
    """One operation's events, one by one. What it has learned: `changes`, `errors`, the stack's `outputs`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun: dict[tuple[str, str], tuple[StepStarted, float]] = {}
        self._looked_at: set[str] = set()
        self._errors_of: dict[str, str] = {}
        self._said: set[tuple[str, str]] = set()
        self.changes: dict[str, int] = {}
        self.errors: list[str] = []
        self.outputs: Properties = {}
        #: Whether the CLI got so far as to tell anything.
        self.has_begun = False

    def translate(self, event: EngineEvent) -> Iterator[Event]:
        """The records of one event; none for what is not shown."""
        self.has_begun = True
        if event.resource_pre_event is not None:
            yield from self._started(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            yield from self._ended(event.res_outputs_event.metadata)
        elif event.res_op_failed_event is not None:
            yield from self._failed(event.res_op_failed_event.metadata)
        elif event.diagnostic_event is not None:
            yield from self._diagnosed(event.diagnostic_event)
        elif event.policy_event is not None:
            yield from self._judged(event.policy_event)
        elif event.stdout_event is not None:
            yield Diagnostic("info", plain_text(event.stdout_event.message))
        elif event.summary_event is not None:
            changes = event.summary_event.resource_changes or {}
            self.changes = {str(operation): int(number) for operation, number in changes.items() if number}

    def close(self) -> Iterator[Event]:
        """The ends of steps that the CLI ends in silence: components that register no outputs."""
        now = self._clock()
        for step, begun in self._begun.values():
            yield StepEnded(step.operation, step.urn, step.type, step.name, now - begun)
        self._begun.clear()

    def _started(self, metadata: StepEventMetadata) -> Iterator[Event]:
        operation = str(metadata.op.value)
        if operation == "refresh":
            self._looked_at.add(metadata.urn)  # what it has found is known only when it ends
        if operation == "refresh" or operation in _UNTOLD:
            return
        step = started(metadata)
        self._begun[operation, metadata.urn] = (step, self._clock())
        yield step

    def _ended(self, metadata: StepEventMetadata) -> Iterator[Event]:
        operation = str(metadata.op.value)
        if metadata.type == STACK_TYPE and metadata.new is not None:
            self.outputs = known(dict(metadata.new.outputs or {}))
        found = self._begun.pop((operation, metadata.urn), None)
        if found is not None:
            step, begun = found
            yield StepEnded(step.operation, step.urn, step.type, step.name, self._clock() - begun)
        elif metadata.urn in self._looked_at:
            self._looked_at.discard(metadata.urn)
            step = started(metadata)
            yield step
            yield StepEnded(step.operation, step.urn, step.type, step.name, 0.0)

    def _failed(self, metadata: StepEventMetadata) -> Iterator[Event]:
        step, begun = self._begun.pop((str(metadata.op.value), metadata.urn), (started(metadata), self._clock()))
        error = self._errors_of.get(metadata.urn, "failed")
        yield StepEnded(step.operation, step.urn, step.type, step.name, self._clock() - begun, error)

    def _diagnosed(self, event: DiagnosticEvent) -> Iterator[Event]:
        message = plain_text(_beyond_severity(event) + event.message).rstrip("\n")
        if event.ephemeral or not message.strip():
            return
        # What a program prints comes as information on a stream of its own; what it logs has none.
        if event.severity.startswith("info") and event.stream_id:
            yield from (ProgramOutput(line) for line in message.splitlines())
            return
        severity = cast("Severity", event.severity.partition("#")[0])
        if severity == "warning":  # the CLI warns of a plugin as often as it looks for it
            if (event.urn or "", message) in self._said:
                return
            self._said.add((event.urn or "", message))
        if severity == "error":
            self.errors.append(message)
            self._errors_of[event.urn or ""] = message
        yield Diagnostic(severity, message, event.urn or "")

    def _judged(self, event: PolicyEvent) -> Iterator[Event]:
        message = f"{event.policy_pack_name}: {event.policy_name}: {plain_text(event.message).strip()}"
        mandatory = event.enforcement_level == "mandatory"
        if mandatory:
            self.errors.append(message)
        yield Diagnostic("error" if mandatory else "warning", message, event.resource_urn or "")


def started(metadata: StepEventMetadata) -> StepStarted:
    """The beginning of a step."""
    name = name_of(metadata.urn)
    operation = str(metadata.op.value)
    ours = _SAME_AS.get(operation, cast("Operation", operation))
    if ours == "same":
        return StepStarted("same", metadata.urn, metadata.type, name)
    old, new = metadata.old, metadata.new
    return StepStarted(
        operation=ours,
        urn=metadata.urn,
        type=metadata.type,
        name=name,
        old=known(dict(old.inputs or {})) if old else {},
        new=known(dict(new.inputs or {})) if new else {},
        keys=tuple(metadata.diffs or ()),
        replaces=tuple(metadata.keys or ()),
        detailed={
            path: PropertyDiff(kind=diff.diff_kind.value, input_diff=diff.input_diff)
            for path, diff in metadata.detailed_diff.items()
        }
        if metadata.detailed_diff
        else None,
    )


def _beyond_severity(event: DiagnosticEvent) -> str:
    """What stands before a message and says more than how grave it is."""
    prefix = plain_text(event.prefix or "")
    return "" if prefix.strip(": ") == event.severity.partition("#")[0] else prefix


def known(value: Value) -> Any:
    """A value as events hold it: what the CLI marks as unknown is `UNKNOWN`."""
    if value == UNKNOWN_STRING:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items()}
    return [known(item) for item in value] if isinstance(value, list) else value


def plain_text(message: str) -> str:
    """A message without the CLI's marks for colours."""
    return _COLOUR.sub("", message)
