"""Tells what an operation does: events to a listener, counts, and the steps for the digest. Thread-safe."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from infra.engine import urn as urns
from infra.engine.errors import CancelledError, HalfDoneError
from infra.engine.events import Diagnostic, Event, Outcome, OutputsRegistered, Severity, StepEnded, StepStarted
from infra.engine.masking import masked
from infra.engine.ports import UnknownOutcome
from infra.engine.resource import Resource
from infra.engine.step_metadata import step_metadata
from infra.engine.steps import (
    CreateReplacement,
    DeleteReplaced,
    Forget,
    Import,
    ImportReplacement,
    Read,
    ReadReplacement,
    Refresh,
    Replace,
    Step,
)

_HIDDEN_FROM_COUNTS = (CreateReplacement, DeleteReplaced, ImportReplacement, ReadReplacement, Read)


@dataclass(slots=True)
class Ended:
    """What a step has come to: the resource as it then is, None if there is none any more."""

    result: Resource | None = None


class Reporter:
    """`listener` is called by one thread at a time, in order. `detailed`: events bear the metadata of the CLI's event log."""

    def __init__(self, listener: Callable[[Event], None], *, preview: bool = False, detailed: bool = False) -> None:
        self._listener = listener
        self._preview = preview
        self._detailed = detailed
        self._lock = threading.Lock()
        self._changes: Counter[str] = Counter()
        self._made: dict[str, tuple[Step, Resource]] = {}
        #: What was begun, in order.
        self.steps: list[Step] = []
        self.diagnostics: list[Diagnostic] = []

    @property
    def changes(self) -> dict[str, int]:
        """How many resources saw which operation; only what was done counts."""
        return dict(sorted(self._changes.items()))

    def tell(self, event: Event) -> None:
        """Hand an event on."""
        with self._lock:
            self._listener(event)

    def diagnose(self, severity: Severity, message: str, urn: str = "") -> None:
        """Hand a diagnostic on, and keep it for the digest."""
        diagnostic = Diagnostic(severity, message, urn)
        self.diagnostics.append(diagnostic)
        self.tell(diagnostic)

    def failed(self, error: Exception, urn: str) -> None:
        """Say why a step could not be carried out."""
        self.diagnose("error", f"Preview failed: {error}" if self._preview else str(error), urn)

    @contextmanager
    def around(self, step: Step) -> Iterator[Ended]:
        """Tell of the beginning of a step, of its end or failure, and count it."""
        resource, ended = subject(step), Ended()
        if isinstance(step, Forget) or urns.is_default_provider(resource.urn):
            try:
                yield ended
            except CancelledError:
                raise
            except Exception as error:
                self.failed(error, resource.urn)
                raise
            return
        with self._lock:
            self.steps.append(step)
            self._listener(started(step, self._metadata(step)))
        begun = time.monotonic()
        try:
            yield ended
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, CancelledError):
                self.failed(error, resource.urn)
            failed = _ended(step, begun, self._metadata(step), error)
            self.tell(failed)
            raise
        with self._lock:
            if not isinstance(step, _HIDDEN_FROM_COUNTS):
                self._changes[step.operation] += 1
            self._listener(_ended(step, begun, self._outputs(step, ended.result)))

    def registered(self, component: Resource) -> None:
        """Tell of the outputs of a component, which come when its step has long ended."""
        step, _ = self._made.get(component.urn, (None, None))
        if step is not None:
            self.tell(OutputsRegistered(component.urn, step_metadata(step, step.operation, _old(step), component)))

    def refreshed(self, step: Refresh, seconds: float, *, counted: bool) -> None:
        """Tell of a resource that has been looked at."""
        if urns.is_default_provider(step.old.urn):
            return
        before = after = None
        if self._detailed:
            before = step_metadata(replace(step, diff=None), "refresh", step.old, step.old)
            after = step_metadata(step, step.operation if counted else "refresh", step.old, step.new)
        with self._lock:
            self.steps.append(step if counted else replace(step, operation="refresh", new=step.old, diff=None))
            if counted:
                self._changes[step.operation] += 1
            self._listener(started(step, before))
            self._listener(StepEnded(step.operation, step.old.urn, step.old.type, step.old.name, seconds, metadata=after))

    def count(self, operation: str) -> None:
        """Count what is not known to count when its step begins."""
        with self._lock:
            self._changes[operation] += 1

    def _metadata(self, step: Step) -> Mapping[str, Any] | None:
        """A step as it begins. The mark of a replacement that is made already shows what was made."""
        if not self._detailed:
            return None
        old, new = _old(step), _new(step)
        if isinstance(step, Replace) and step.new.urn in self._made:
            made, new = self._made[step.new.urn]
            old = _waiting(made) or old
        return step_metadata(step, step.operation, old, new)

    def _outputs(self, step: Step, result: Resource | None) -> Mapping[str, Any] | None:
        """A step that is done. Components have their outputs later, or none: only that one is gone is told here."""
        if not self._detailed:
            return None
        if isinstance(step, Replace):
            return self._metadata(step)
        if result is not None:
            self._made[result.urn] = (step, result)
        about = result or _old(step)
        if about is None or not (about.custom or step.operation == "delete"):
            return None
        # What is imported is shown as having been there before, as it is.
        old = result if isinstance(step, Import) else _waiting(step) or _old(step)
        return step_metadata(step, step.operation, old, result)


def subject(step: Step) -> Resource:
    """The resource that a step is about."""
    new = getattr(step, "new", None)
    return new if isinstance(new, Resource) else step.old  # type: ignore[union-attr,return-value]


def started(step: Step, metadata: Mapping[str, Any] | None = None) -> StepStarted:
    """The event of a step's beginning."""
    resource = subject(step)
    if step.operation == "same":
        return StepStarted("same", resource.urn, resource.type, resource.name, metadata=metadata)
    old, new, diff = (getattr(step, name, None) for name in ("old", "new", "diff"))
    return StepStarted(
        operation=step.operation,
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        old=masked(old.inputs) if old else {},
        new=masked(new.inputs) if new else {},
        keys=diff.keys if diff else (),
        replaces=diff.replaces if diff else (),
        detailed=diff.detailed if diff else None,
        metadata=metadata,
    )


def _ended(step: Step, begun: float, metadata: Mapping[str, Any] | None, error: BaseException | None = None) -> StepEnded:
    resource = subject(step)
    outcome: Outcome = (
        "unknown" if isinstance(error, UnknownOutcome) else "half" if isinstance(error, HalfDoneError) else "nothing"
    )
    return StepEnded(
        step.operation,
        resource.urn,
        resource.type,
        resource.name,
        time.monotonic() - begun,
        error=None if error is None else str(error),
        outcome=outcome,
        metadata=metadata,
    )


def _old(step: Step) -> Resource | None:
    return getattr(step, "old", None)


def _new(step: Step) -> Resource | None:
    return getattr(step, "new", None)


def _waiting(step: Step) -> Resource | None:
    """The record of a resource that was replaced and waits for its deletion."""
    return replace(step.old, delete=True) if isinstance(step, CreateReplacement) and step.keep_old else None
