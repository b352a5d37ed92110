"""What a program wants to be called for: hooks before and after creates, updates and deletes, and after failures.

Hooks are named; a resource's record keeps the names, so that a delete finds its hooks when the program no longer has the
resource. How they are called is not known here. What it leaves out: when (`executor`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from infra.engine.errors import PlanError, StepError
from infra.engine.ports import ProviderError, UnknownOutcome
from infra.engine.reporter import Reporter
from infra.engine.resource import HookMoment, Resource
from infra.engine.values import Properties

T = TypeVar("T")

#: How often a failed call is made, if its error hooks always want another.
MAX_ATTEMPTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What a hook is told. Maps are None where there is no such state."""

    urn: str
    id: str
    name: str
    type: str
    old_inputs: Properties | None = None
    new_inputs: Properties | None = None
    old_outputs: Properties | None = None
    new_outputs: Properties | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """`call` raises `StepError` with what the hook says if it fails."""

    name: str
    call: Callable[[Occasion], None]
    in_previews: bool = False
    ignore_errors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHook:
    """`call` gets the failed operation and its errors, the latest first, and answers whether to try again."""

    name: str
    call: Callable[[Occasion, str, Sequence[str]], bool]


def occasion(new: Resource | None, old: Resource | None, *, done: bool = False) -> Occasion:
    """What hooks are told of a resource as it is to be, and as it was; `done`: it is so now, and has its outputs."""
    subject = new or old
    if subject is None:
        raise StepError("a hook is called for nothing")
    return Occasion(
        urn=subject.urn,
        id=subject.id or (old.id if old else ""),
        name=subject.name,
        type=subject.type,
        old_inputs=old.inputs if old else None,
        new_inputs=new.inputs if new else None,
        old_outputs=old.outputs if old else None,
        new_outputs=new.outputs if new and done else None,
    )


class Hooks:
    """The hooks of one operation's program. Thread-safe."""

    def __init__(self, reporter: Reporter, *, preview: bool) -> None:
        self._reporter, self._preview = reporter, preview
        self._hooks: dict[str, Hook | ErrorHook] = {}
        self._lock = threading.Lock()

    @property
    def any(self) -> bool:
        """Whether the program has registered any."""
        return bool(self._hooks)

    def register(self, hook: Hook | ErrorHook) -> None:
        """Take a hook. Raises `PlanError` for a name that is empty or taken."""
        with self._lock:
            if not hook.name:
                raise PlanError("a resource hook needs a name")
            if hook.name in self._hooks:
                raise PlanError(f"resource hook {hook.name!r} is already registered; give each its own name")
            self._hooks[hook.name] = hook

    def run(self, moment: HookMoment, owner: Resource, occasion: Occasion) -> None:
        """Call the hooks that `owner` has for a moment. Raises `StepError` for the first that fails."""
        for name in owner.hooks.get(moment, ()):
            hook = self._hooks.get(name)
            if not isinstance(hook, Hook):
                raise StepError(_unknown(name))
            if self._preview and not hook.in_previews:
                continue
            try:
                hook.call(occasion)
            except StepError as error:
                if not hook.ignore_errors:
                    raise StepError(
                        f'{"before" if moment.startswith("B") else "after"} hook "{name}" failed: {error}'
                    ) from error
                self._reporter.diagnose("warning", f'{moment} hook "{name}" failed: {error}', occasion.urn)

    def persisting(self, operation: str, owner: Resource, occasion: Occasion, call: Callable[[], T]) -> T:
        """The answer of `call`, which is made again after each failure for which an error hook of `owner` asks.

        Where no answer came, it is not: whatever was asked for may have been done.
        """
        failures: list[str] = []
        while True:
            try:
                return call()
            except UnknownOutcome:
                raise
            except ProviderError as error:
                failures.insert(0, str(error))
                if len(failures) >= MAX_ATTEMPTS or not self._asks_again(operation, owner, occasion, failures):
                    raise
            self._reporter.diagnose(
                "warning",
                f"retrying {operation} due to on-error hook request ({len(failures)}/{MAX_ATTEMPTS})",
                occasion.urn,
            )

    def _asks_again(self, operation: str, owner: Resource, occasion: Occasion, failures: Sequence[str]) -> bool:
        again = False
        for name in owner.hooks.get("OnError", ()):
            hook = self._hooks.get(name)
            if not isinstance(hook, ErrorHook):
                raise StepError(_unknown(name))
            again = hook.call(occasion, operation, failures) or again
        return again


def refuse_delete_hooks(resources: Iterable[Resource], reporter: Reporter) -> None:
    """Raise `PlanError` if deletions have hooks: they are functions of the program, which does not run."""
    found = False
    for resource in resources:
        if names := [*resource.hooks.get("BeforeDelete", ()), *resource.hooks.get("AfterDelete", ())]:
            found = True
            reporter.diagnose(
                "error",
                "Resource has delete hooks registered, but the program is not running. Hooks: " + ", ".join(names),
                resource.urn,
            )
    if found:
        raise PlanError("You must run with the `--run-program` flag to use delete hooks during destroy.")


def _unknown(name: str) -> str:
    return f'hook "{name}" was not registered'
