"""What an engine does with one stack, whichever it is. Records and a Protocol; no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.engine.events import Event
from infra.engine.operation import Kind, Result

Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an operation is about, by URNs or patterns of URNs (`*`, `**`): `targets` alone, all but `excludes`; `replaces` are
    made anew."""

    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    exclude_dependents: bool = False
    exclude_protected: bool = False
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How an operation runs. `parallel` bounds the calls to the workspace that are open at once.

    `refresh`: look at everything first. `wait`: seconds to wait for the stack's lock. `stream` gets the CLI's events as JSON,
    one a line, as they come.
    """

    message: str = ""
    parallel: int = 16
    show_secrets: bool = False
    refresh: bool = False
    wait: float = 0.0
    chosen: Chosen = field(default_factory=Chosen)
    stream: Callable[[str], object] | None = None


class Engine(Protocol):
    """One engine on one stack. Every method raises `EngineError` or `OperationError` for what keeps it from starting."""

    def run(self, kind: Kind, options: Options, listener: Listener) -> Result:
        """Carry out an operation; `listener` gets each event in order, in this thread. What fails is told by `Result`."""

    def outputs(self, *, show_secrets: bool) -> Mapping[str, Any] | None:
        """The stack's outputs, secrets masked as "[secret]" unless asked for; None if there is no stack yet."""

    def history(self) -> Sequence[Mapping[str, Any]]:
        """The stack's updates in the shape of `pulumi stack history --json`, newest first; `version` counts from 1."""

    def checkpoint(self, version: int) -> str:
        """The text of the state as it was after the update `version`; for what looks back. Raises `OperationError` by name
        where the stack's history is not kept in files that can be read here."""

    def cancel(self) -> list[str]:
        """Break the stack's lock; answers who had it."""
