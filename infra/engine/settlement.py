"""What became of calls that an interrupted operation left open, settled by looking at the world.

A create is looked for by the natural key of its type: what it made is adopted, what it did not make is tried again. An update
or a delete is settled by reading the resource. What cannot be looked for stays pending, with a warning, as Pulumi leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from infra.engine.clock import seconds_of
from infra.engine.configured import ConfiguredProviders
from infra.engine.errors import UnsettledError
from infra.engine.events import Severity
from infra.engine.ports import Finder, Found, ProviderError, Unfindable
from infra.engine.resource import Resource
from infra.engine.secrecy import secret_outputs
from infra.engine.state import Checkpoint, PendingOperation

_AGAIN: Final = "an earlier operation was interrupted while"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the user should know."""

    severity: Severity
    message: str
    urn: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """A state with what was found in it, and what is still open."""

    checkpoint: Checkpoint
    notes: tuple[Note, ...] = ()


def settled(checkpoint: Checkpoint, providers: ConfiguredProviders, *, preview: bool) -> Settlement:
    """Look what became of a state's pending operations. In a preview one that gets no answer stays pending, with a warning.

    Raises `UnsettledError` if the world does not answer, or several things could be meant.
    """
    if not checkpoint.pending:
        return Settlement(checkpoint)
    return _Settling(checkpoint, providers, preview=preview).run()


class _Settling:
    def __init__(self, checkpoint: Checkpoint, providers: ConfiguredProviders, *, preview: bool) -> None:
        self._checkpoint, self._providers, self._preview = checkpoint, providers, preview
        self._resources = list(checkpoint.resources)
        self._kept: list[PendingOperation] = []
        self._notes: list[Note] = []

    def run(self) -> Settlement:
        for item in self._checkpoint.pending:
            self._settle(item)
        checkpoint = replace(self._checkpoint, resources=tuple(self._resources), pending=tuple(self._kept))
        return Settlement(checkpoint, tuple(self._notes))

    def _settle(self, item: PendingOperation) -> None:
        try:
            if item.type == "creating":
                self._created(item.resource)
            elif item.type in {"updating", "deleting"}:
                self._changed(item)
        except Unfindable as error:
            message = f"{_AGAIN} {item.type} this resource, and {error}: look for it"
            self._keep(item, f"{message}, and remove or import what this update makes twice")
        except ProviderError as error:
            message = f"{_AGAIN} {item.type} this resource, and what became of it cannot be seen: {error}"
            if not self._preview:
                raise UnsettledError(
                    f"{item.resource.urn}: {message}. Nothing was changed now; mend that, and run again"
                ) from error
            self._keep(item, message)

    def _keep(self, item: PendingOperation, message: str) -> None:
        self._kept.append(item)
        self._note("warning", message, item.resource)

    def _created(self, wanted: Resource) -> None:
        provider = self._providers.get(wanted.provider)
        if not isinstance(provider, Finder):
            raise Unfindable(f"its provider cannot look for a {wanted.type} without an id")
        found = provider.find(wanted.subject, wanted.inputs, seconds_of(wanted.created) if wanted.created else 0.0)
        if found is None or self._holds(wanted, found.id):
            self._note("info", f"{_AGAIN} creating this resource; it was not made", wanted)
            return
        self._adopt(_with(wanted, found))
        self._note("info", f"{_AGAIN} creating this resource; it was made, and is taken over with the id {found.id}", wanted)

    def _holds(self, wanted: Resource, id: str) -> bool:
        """Whether a record of the state is that very thing: then it is nothing that the interrupted create has made."""
        return any(
            record.id == id and record.type == wanted.type and not record.pending_replacement for record in self._resources
        )

    def _adopt(self, new: Resource) -> None:
        """A new record goes where the one that it replaces stands: what depends on it comes after."""
        for index, record in enumerate(self._resources):
            if record.urn == new.urn and not record.delete:
                replaced = [] if record.pending_replacement else [replace(record, delete=True)]
                self._resources[index : index + 1] = [new, *replaced]
                return
        self._resources.append(new)

    def _changed(self, item: PendingOperation) -> None:
        record = self._record(item.resource)
        if record is None:
            return
        found = self._providers.get(record.provider).read(record.subject, record.id, record.inputs, record.outputs)
        if found is None:
            self._drop(record)
            self._note("info", f"{_AGAIN} {item.type} this resource; it is gone", record)
        elif item.type == "updating":
            self._resources[self._resources.index(record)] = _with(record, found)
            self._note("info", f"{_AGAIN} updating this resource; its state is what was found now", record)
        else:
            self._note("info", f"{_AGAIN} deleting this resource; it is still there", record)

    def _record(self, resource: Resource) -> Resource | None:
        return next((record for record in self._resources if (record.urn, record.id) == (resource.urn, resource.id)), None)

    def _drop(self, record: Resource) -> None:
        """Take a record away; where others depend on it, it stays as one that is to be made again."""
        index = self._resources.index(record)
        needed = not record.delete and _is_needed(record.urn, self._resources[index + 1 :])
        self._resources[index : index + 1] = [replace(record, pending_replacement=True)] if needed else []

    def _note(self, severity: Severity, message: str, resource: Resource) -> None:
        self._notes.append(Note(severity, message, resource.urn))


def _is_needed(urn: str, others: Sequence[Resource]) -> bool:
    return any(urn in other.antecedents for other in others)


def _with(resource: Resource, found: Found) -> Resource:
    outputs = secret_outputs(found.outputs, resource.inputs, resource.additional_secret_outputs)
    return replace(resource, id=found.id or resource.id, inputs=found.inputs, outputs=outputs)
