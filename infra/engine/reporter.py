"""Tells what an operation does: events to a listener, counts, and the steps for the digest. Thread-safe."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infra.engine import urn as urns
from infra.engine.events import Diagnostic, Event, Severity, StepEnded, StepStarted
from infra.engine.masking import masked
from infra.engine.resource import Resource
from infra.engine.steps import (
    CreateReplacement,
    DeleteReplaced,
    Forget,
    ImportReplacement,
    Read,
    ReadReplacement,
    Refresh,
    Step,
)

_HIDDEN_FROM_COUNTS = (CreateReplacement, DeleteReplaced, ImportReplacement, ReadReplacement, Read)


class Reporter:
    """`listener` is called by one thread at a time, in order."""

    def __init__(self, listener: Callable[[Event], None]) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self._changes: Counter[str] = Counter()
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

    @contextmanager
    def around(self, step: Step) -> Iterator[None]:
        """Tell of the beginning of a step, of its end or failure, and count it."""
        resource = subject(step)
        if isinstance(step, Forget) or urns.is_default_provider(resource.urn):
            yield
            return
        with self._lock:
            self.steps.append(step)
            self._listener(started(step))
        begun = time.monotonic()
        try:
            yield
        except BaseException as error:
            self.tell(_ended(step, resource, begun, str(error)))
            raise
        with self._lock:
            if not isinstance(step, _HIDDEN_FROM_COUNTS):
                self._changes[step.operation] += 1
            self._listener(_ended(step, resource, begun, None))

    def refreshed(self, step: Refresh, seconds: float, *, counted: bool) -> None:
        """Tell of a resource that has been looked at."""
        if urns.is_default_provider(step.old.urn):
            return
        with self._lock:
            self.steps.append(step)
            if counted:
                self._changes[step.operation] += 1
            self._listener(started(step))
            self._listener(StepEnded(step.operation, step.old.urn, step.old.type, step.old.name, seconds))

    def count(self, operation: str) -> None:
        """Count what is not known to count when its step begins."""
        with self._lock:
            self._changes[operation] += 1


def subject(step: Step) -> Resource:
    """The resource that a step is about."""
    new = getattr(step, "new", None)
    return new if isinstance(new, Resource) else step.old  # type: ignore[union-attr,return-value]


def started(step: Step) -> StepStarted:
    """The event of a step's beginning."""
    resource = subject(step)
    if step.operation == "same":
        return StepStarted("same", resource.urn, resource.type, resource.name)
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
    )


def _ended(step: Step, resource: Resource, begun: float, error: str | None) -> StepEnded:
    return StepEnded(step.operation, resource.urn, resource.type, resource.name, time.monotonic() - begun, error)
