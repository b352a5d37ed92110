"""What the engine asks of the outside: plugins that hold providers. Protocols and the records they exchange; no behaviour.

A `Plugin` is one package ("databricks"). The engine configures it once for each provider resource of a stack (explicit or
default) and gets a `Provider`, which serves the resources that name that provider resource. The methods and their meaning
follow Pulumi's provider protocol (`pulumi/provider.proto`): the same objects can be served to the Pulumi CLI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from infra.engine.values import Properties

DiffKind = Literal["add", "add-replace", "delete", "delete-replace", "update", "update-replace"]


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """One property that a resource may not have; `reason` says what is wrong and what would be right."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Inputs with the provider's defaults filled in (`__defaults` lists them), or what is wrong with them."""

    inputs: Properties
    failures: tuple[CheckFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyDiff:
    """How one property path differs. `input_diff`: old and new inputs were compared, not old state and new inputs."""

    kind: DiffKind
    input_diff: bool = True


@dataclass(frozen=True, slots=True)
class DiffResult:
    """What an update would have to change.

    `changes` says whether anything differs at all; `keys` are the top-level properties that do, `replaces` those that force a
    new resource. `detailed` maps property paths (`a.b[0]["c.d"]`) to their kind of change, None if the provider has none.
    """

    changes: bool
    keys: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    detailed: Mapping[str, PropertyDiff] | None = None
    delete_before_replace: bool = False
    stables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """A new resource: the provider's id (empty in a preview: unknown) and all its outputs."""

    id: str
    outputs: Properties


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is now: `inputs` as a program would have to write them to get it, and its outputs."""

    id: str
    inputs: Properties
    outputs: Properties


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that a call may take; None leaves it to the provider."""

    create: float | None = None
    update: float | None = None
    delete: float | None = None
    read: float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that a call is about. `type` is its token, such as `databricks:index/schema:Schema`; `ignored` are paths of
    properties whose differences the program wants to be left alone."""

    urn: str
    type: str
    name: str
    timeouts: Timeouts = field(default_factory=Timeouts)
    ignored: tuple[str, ...] = ()


class ProviderError(Exception):
    """A provider's refusal or failure; its text is shown to the user as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One resource of the state that is to be looked at: what `Provider.read` takes."""

    subject: Subject
    id: str
    inputs: Properties
    outputs: Properties


class UnknownOutcome(ProviderError):
    """No answer came: whether the change was made is not known. The next operation looks for it."""


class DiffUnavailable(ProviderError):
    """What differs cannot be said now: a change is assumed, and the user is told why."""


class PartialFailure(ProviderError):
    """The resource exists but is not as it should be: its state is kept, the next update tries again.

    `reasons` are kept in the state as `initErrors`.
    """

    def __init__(self, created: Created, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.created = created
        self.reasons = tuple(reasons)


class Provider(Protocol):
    """One configured provider, called from many threads. Values may hold `UNKNOWN` (in previews) and `Secret` anywhere."""

    def check(self, subject: Subject, olds: Properties | None, news: Properties) -> CheckResult:
        """Validate and complete a program's inputs. `olds` are the checked inputs of the state, None for a new resource."""

    def diff(
        self, subject: Subject, id: str, old_inputs: Properties, old_outputs: Properties, new_inputs: Properties
    ) -> DiffResult:
        """Compare. No remote call."""

    def create(self, subject: Subject, inputs: Properties, *, preview: bool) -> Created:
        """Make it. In a preview make nothing, and answer with outputs in which what is not known is `UNKNOWN`."""

    def read(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> Found | None:
        """Look at it; None if it does not exist. `inputs` and `outputs` are the state's, empty for an import or `.get()`."""

    def update(
        self,
        subject: Subject,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool,
    ) -> Properties:
        """Change it in place; answers all its outputs."""

    def delete(self, subject: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
        """Remove it. One that is already gone is no error."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Answer a data source, such as `databricks:index/getCurrentUser:getCurrentUser`."""

    def close(self) -> None:
        """Let connections go; called once, after the last call."""


@runtime_checkable
class BulkReader(Protocol):
    """What a `Provider` may have besides: many resources looked at with few calls."""

    def read_many(self, readings: Sequence[Reading]) -> Mapping[Reading, Found | None]:
        """Look at those whose lists carry every field that is compared; what the answer leaves out is read singly.

        None says that one does not exist.
        """


class Unfindable(ProviderError):
    """Nothing about a resource of this type tells it from others: what was made of it can only be looked for by people."""


@runtime_checkable
class Finder(Protocol):
    """What a `Provider` may have besides: resources found without their id."""

    def find(self, subject: Subject, inputs: Properties, since: float) -> Found | None:
        """The resource that a create with these inputs has made, None if it made none.

        Nothing made before `since` (seconds since 1970) is meant, as far as the server tells. Raises `Unfindable` for a type
        that has no name of its own, and `ProviderError` where several could be meant, or no answer comes.
        """


class Plugin(Protocol):
    """One package of resource types."""

    name: str
    #: The version of the official package whose behaviour this follows.
    version: str

    def check_config(self, olds: Properties | None, news: Properties) -> CheckResult:
        """Validate the inputs of a provider resource."""

    def diff_config(self, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        """Compare the inputs of a provider resource."""

    def configure(self, inputs: Properties) -> Provider:
        """A provider with these inputs, all known. No remote call is made yet."""
