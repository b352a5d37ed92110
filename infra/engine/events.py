"""What an operation tells while it runs: frozen records, in order, from the engine to whoever shows them.

Secrets are masked before an event is made; an event can be printed as it is. `metadata` is the step as the CLI's event log has
it, where the request asked for that. What they leave out: progress bars, colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from infra.engine.ports import PropertyDiff
from infra.engine.values import Properties

Operation = Literal[
    "same",
    "create",
    "update",
    "delete",
    "replace",
    "create-replacement",
    "delete-replaced",
    "read",
    "read-replacement",
    "refresh",
    "discard",
    "import",
    "import-replacement",
]
Severity = Literal["debug", "info", "warning", "error"]
#: A change that failed was not made, is half made, or nobody knows.
Outcome = Literal["nothing", "half", "unknown"]
Ending = Literal["succeeded", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Prelude:
    """The first event: the configuration, secrets masked."""

    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is planned (preview) or begins (update). `old` and `new` are masked property maps of the inputs."""

    operation: Operation
    urn: str
    type: str
    name: str
    old: Properties = field(default_factory=dict)
    new: Properties = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    detailed: Mapping[str, PropertyDiff] | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is done; `seconds` is how long it took. With an `error`, it failed.

    `outcome` says of one that failed what became of the resource.
    """

    operation: Operation
    urn: str
    type: str
    name: str
    seconds: float
    error: str | None = None
    outcome: Outcome = "nothing"
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OutputsRegistered:
    """The program has said what a component's outputs are. Only told where the request asked for metadata."""

    urn: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something to read, from the program, a provider or the engine. `urn` is empty if no resource is concerned."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class ProgramOutput:
    """A line that the program printed."""

    line: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Somebody asked the operation to stop, for the `times`th time: first it finishes what is under way, then it just ends."""

    times: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The last event. `changes` counts operations (without hidden ones); `outputs` are the stack's, secrets masked."""

    result: Ending
    changes: Mapping[str, int]
    outputs: Properties
    seconds: float


Event: TypeAlias = Prelude | StepStarted | StepEnded | OutputsRegistered | Diagnostic | ProgramOutput | Interrupted | Summary
