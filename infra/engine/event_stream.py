"""An update, refresh or destroy as the stream of events of `pulumi up --json`, a document a line (`apitype.EngineEvent`).

Pure but for the clock. The events must bear metadata (`Request.detailed`). What it leaves out: the debug messages of the SDK,
which the CLI shows with secrets in clear, and the progress of downloads.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from infra.engine.events import (
    Diagnostic,
    Event,
    Outcome,
    OutputsRegistered,
    Prelude,
    ProgramOutput,
    StepEnded,
    StepStarted,
    Summary,
)

_COLOR: Final = "never"
_STATUS: Final[Mapping[Outcome, int]] = {"nothing": 0, "half": 1, "unknown": 2}


def streamed(write: Callable[[str], object]) -> Callable[[Event], None]:
    """A listener that writes an operation's documents, one a line."""
    stream = EventStream(time.time)

    def listen(event: Event) -> None:
        for document in stream.documents(event):
            write(json.dumps(document, separators=(",", ":"), ensure_ascii=False))

    return listen


class EventStream:
    """One operation's events into documents, in order. `now` is seconds since 1970."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._sequence = 0
        self._done = self._failed = 0

    def documents(self, event: Event) -> Iterator[dict[str, Any]]:
        """What the CLI writes for an event: nothing, or a document; at the end two."""
        for key, payload in self._payloads(event):
            yield {"sequence": self._sequence, "timestamp": int(self._now()), key: payload}
            self._sequence += 1

    def _payloads(self, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
        match event:
            case Prelude(config=config):
                yield "preludeEvent", {"config": dict(config)}
            case StepStarted(metadata=metadata) if metadata is not None:
                yield "resourcePreEvent", _step(metadata)
            case StepEnded(metadata=metadata, error=None):
                self._done += event.operation not in {"create-replacement", "delete-replaced", "refresh"}
                if metadata is not None:
                    yield "resOutputsEvent", _step(metadata)
            case StepEnded(metadata=metadata, outcome=outcome) if metadata is not None:
                self._failed += 1
                yield "resOpFailedEvent", {"metadata": dict(metadata), "status": _STATUS[outcome], "steps": self._done}
            case OutputsRegistered(metadata=metadata):
                yield "resOutputsEvent", _step(metadata)
            case Diagnostic(severity=severity) if severity != "debug":
                yield "diagnosticEvent", _diagnostic(event)
            case ProgramOutput(line=line):
                yield "diagnosticEvent", {"message": f"{line}\n\n", "color": _COLOR, "severity": "info"}
            case Summary():
                if self._failed:
                    yield "diagnosticEvent", _diagnostic(Diagnostic("error", "update failed"))
                yield "summaryEvent", _summary(event)
                yield "cancelEvent", {}


def _step(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"metadata": dict(metadata)}


def _summary(event: Summary) -> dict[str, Any]:
    return {
        "maybeCorrupt": False,
        "durationSeconds": math.ceil(event.seconds),
        "resourceChanges": dict(sorted(event.changes.items())),
        "PolicyPacks": {},
        "isPreview": False,
        "result": event.result,
    }


def _diagnostic(event: Diagnostic) -> dict[str, Any]:
    return {
        **({"urn": event.urn} if event.urn else {}),
        "prefix": f"{event.severity}: ",
        "message": event.message.rstrip("\n") + "\n",
        "color": _COLOR,
        "severity": event.severity,
    }
