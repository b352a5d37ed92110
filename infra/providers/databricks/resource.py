"""What a resource type of this provider is: a token, a shape, and the calls that create, read, update and delete it.

A family's file holds one subclass. Its methods get plain inputs (no secrets' wrapping, no unknowns, no `__defaults`) and answer
plain outputs; wrapping, `__meta`, the raw state delta, unknowns in previews and errors' context are the provider's part.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import quote

from infra.engine.ports import CheckFailure, Timeouts, Unfindable
from infra.engine.values import UNKNOWN, Properties
from infra.providers.databricks import documents
from infra.providers.databricks.client import Answer
from infra.providers.databricks.differences import Change, differences
from infra.providers.databricks.errors import Absent, Unconfirmed
from infra.providers.databricks.shapes import AUTO_NAME, Shape
from infra.providers.databricks.workspace import Workspace

if TYPE_CHECKING:
    from infra.providers.databricks.listings import Listing

#: Seconds that the clock of a workspace may be behind this machine's.
_CLOCKS_DIFFER: Final = 120.0
_TIMEOUTS_KEY: Final = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0"


class Resource(ABC):
    """One resource type."""

    token: ClassVar[str]
    shape: ClassVar[Shape]
    #: Terraform's version of the stored state, where it is not 0.
    version: ClassVar[int] = 0
    #: The official provider's default time-outs in seconds, by operation.
    timeouts: ClassVar[Mapping[str, int]] = {}

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Rules over several properties of checked inputs, in which some may be unknown."""
        return iter(())

    def identity(self, inputs: Properties) -> str:
        """The id that these inputs lead to; empty if the server makes it, or if it is not known yet."""
        return ""

    def locate(self, workspace: Workspace, inputs: Properties, since: float) -> str | None:
        """The id that a create with these inputs, begun at `since`, has led to, None if to none; a read tells whether it is
        there. Raises `Unfindable` for a type that has no name of its own."""
        id = self.identity(inputs)
        if not id:
            raise Unfindable("nothing tells it from others of its type")
        return id

    def differences(self, olds: Properties, news: Properties) -> Iterator[Change]:
        """What new inputs would change in the stored outputs."""
        return differences(self.shape, olds, news)

    @abstractmethod
    def create(self, workspace: Workspace, inputs: Properties, limits: Timeouts) -> tuple[str, Properties]:
        """Make it: its id and outputs."""

    @abstractmethod
    def read(self, workspace: Workspace, id: str, known: Properties) -> Properties | None:
        """Its outputs as they are now, None if it is gone. `known` are the stored outputs, for what no answer holds."""

    def listing(self, workspace: Workspace, id: str, known: Properties) -> Listing | None:
        """The list that holds it with every field that is compared; None for what is read singly."""
        return None

    def listed(self, workspace: Workspace, id: str, item: Answer, known: Properties) -> Properties:
        """Its outputs out of an item of that list."""
        return self.outputs(workspace, id, item, self.locals(known))

    @abstractmethod
    def update(self, workspace: Workspace, id: str, olds: Properties, news: Properties, limits: Timeouts) -> Properties:
        """Change it in place from the stored outputs to new inputs; its outputs."""

    @abstractmethod
    def delete(self, workspace: Workspace, id: str, outputs: Properties) -> None:
        """Remove it; `Absent` may be raised."""

    def outputs(self, workspace: Workspace, id: str, answer: Mapping[str, Any], known: Properties) -> Properties:
        """Outputs out of an answer that holds the whole object; `known` says what it is silent about."""
        values = documents.properties(self.shape, answer, known)
        if "providerConfig" in self.shape:
            values["providerConfig"] = workspace.config
        if self.has_own_id:
            values["id"] = id
        return values

    @property
    def has_own_id(self) -> bool:
        """Whether the state has the id as a property `id` that is none of the API's."""
        return not self.shape.framework and not any(field.wire == "id" for field in self.shape.fields())

    def official_id(self, id: str, outputs: Properties) -> str:
        """The id that the official provider keeps of what has this id here."""
        return str(outputs.get("id") or id)

    def locals(self, known: Properties) -> Properties:
        """Of stored outputs, what no answer holds: the base of a read."""
        return {field.name: known[field.name] for field in self.shape.fields() if field.local and field.name in known}

    def expected(self, olds: Properties, news: Properties) -> Properties:
        """What an update leads to, for what its answer is silent about: new inputs, else what the server had filled in."""
        kept = {field.name: olds.get(field.name) for field in self.shape.fields() if field.computed or field.output}
        return kept | news

    def stored(self, outputs: Properties) -> Properties:
        """Outputs with the bookkeeping that the official provider stores beside them."""
        stored = dict(outputs)
        meta: dict[str, Any] = {}
        if self.timeouts:
            meta[_TIMEOUTS_KEY] = {operation: seconds * 10**9 for operation, seconds in self.timeouts.items()}
        if self.version:
            meta["schema_version"] = str(self.version)
        if meta:
            stored[documents.META] = json.dumps(meta, separators=(",", ":"))
        stored[documents.DELTA] = documents.delta(self.shape, outputs)
        return stored

    @property
    def named(self) -> bool:
        """Whether the type has a `name` that a program may leave out."""
        return "name" in self.shape and self.shape["name"].default is AUTO_NAME


def path(base: str, name: str) -> str:
    """The address of one object."""
    return f"{base}/{quote(name, safe='')}"


def joined(inputs: Properties, *names: str, by: str = ".") -> str:
    """The values of some properties as one id; empty while one of them is not known."""
    values = [inputs.get(name) for name in names]
    return "" if any(value is UNKNOWN or value in (None, "") for value in values) else by.join(str(value) for value in values)


def picked(document: Answer, *keys: str) -> Answer:
    """The part of a document under these keys."""
    return {key: document[key] for key in keys if key in document}


def zeroes(olds: Properties, news: Properties, **zero: Any) -> Answer:
    """For each property that was set and is left out now, what a request must say so that the server forgets it."""
    return {name: empty for name, empty in zero.items() if olds.get(name) and news.get(name) in (None, "", [], {})}


def posted(workspace: Workspace, at: str, body: Answer, look: Callable[[], Answer | None], **query: Any) -> Answer:
    """POST what may be made once only. If no answer comes, look whether it was made before sending again."""
    try:
        return workspace.post(at, body, **query)
    except Unconfirmed:
        found = look()
        return workspace.post(at, body, **query) if found is None else found


def found(workspace: Workspace, at: str, /, **query: Any) -> Answer | None:
    """GET, with None for what does not exist."""
    try:
        return workspace.get(at, **query)
    except Absent:
        return None


def made_since(answer: Mapping[str, Any] | None, since: float) -> bool:
    """Whether an object exists and was not there before `since` (seconds since 1970), as far as it tells when it was made."""
    if answer is None:
        return False
    made = answer.get("created_at") or answer.get("created_time") or answer.get("create_time")
    return made is None or _seconds(made) >= since - _CLOCKS_DIFFER


def _seconds(time: Any) -> float:
    """A time since 1970, out of milliseconds or of text as in RFC 3339."""
    return datetime.fromisoformat(time).timestamp() if isinstance(time, str) and not time.isdigit() else float(time) / 1000


def exactly_one(inputs: Properties, names: tuple[str, ...], what: str) -> Iterator[CheckFailure]:
    """A failure unless exactly one of these properties is given (an unknown one counts)."""
    given = [name for name in names if inputs.get(name) not in (None, "")]
    if len(given) != 1:
        many = f"{' and '.join(given)} are given" if given else "none is given"
        yield CheckFailure(given[0] if given else names[0], f"{what} takes exactly one of {', '.join(names)}: {many}")


def at_most_one(inputs: Properties, names: tuple[str, ...], what: str) -> Iterator[CheckFailure]:
    """A failure if several of these properties are given (an unknown one counts)."""
    given = [name for name in names if inputs.get(name) not in (None, "", [], {})]
    if len(given) > 1:
        yield CheckFailure(given[1], f"{what} takes one of {', '.join(names)}: {' and '.join(given)} are given")
