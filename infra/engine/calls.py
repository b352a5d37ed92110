"""What providers are asked to change or to look at for one resource: each call bounded, journaled before and after.

It leaves out what comes of an answer: where a record goes in the snapshot, hooks before and after (`executor`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from infra.engine.clock import Clock, rfc3339
from infra.engine.configured import ConfiguredProviders
from infra.engine.errors import StepError
from infra.engine.gate import Gate
from infra.engine.hooks import Hooks, occasion
from infra.engine.masking import hidden
from infra.engine.ports import Created, Found, PartialFailure, ProviderError, UnknownOutcome
from infra.engine.resource import Resource
from infra.engine.secrecy import secret_outputs
from infra.engine.snapshot import Snapshot
from infra.engine.values import UNKNOWN_STRING, Properties


class Calls:
    """One operation's calls, made from many threads. `parallel` bounds how many are under way at once.

    In a preview providers are asked what would be, and nothing is journaled. Each method raises `ProviderError` for what a
    provider refuses, and `CancelledError` if the operation has come to an end meanwhile.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        providers: ConfiguredProviders,
        gate: Gate,
        hooks: Hooks,
        *,
        preview: bool,
        parallel: int,
        clock: Clock,
    ) -> None:
        self._snapshot, self._providers, self._gate, self._hooks = snapshot, providers, gate, hooks
        self._preview, self._clock = preview, clock
        self._places = threading.BoundedSemaphore(parallel)

    def create(self, new: Resource) -> Resource:
        """`new` with its id and outputs; one that is only half made bears its `init_errors`."""
        provider = self._providers.get(new.provider)

        def create() -> Resource:
            with self._under_way(new, "creating"):
                try:
                    created = provider.create(new.subject, new.inputs, preview=self._preview)
                except PartialFailure as failure:
                    return _half_done(new, failure)
            return _with_outputs(new, created)

        return self._hooks.persisting("create", new, occasion(new, None), create)

    def update(self, old: Resource, new: Resource) -> Resource:
        """`new` with its outputs; one that is only half changed bears its `init_errors`."""
        provider = self._providers.get(new.provider)
        new = replace(new, id=old.id, modified=rfc3339(self._clock()))

        def update() -> Resource:
            with self._under_way(new, "updating"):
                try:
                    outputs = provider.update(new.subject, old.id, old.inputs, old.outputs, new.inputs, preview=self._preview)
                except PartialFailure as failure:
                    return _half_done(new, failure)
            return _with_outputs(new, Created(old.id, outputs))

        return self._hooks.persisting("update", new, occasion(new, old), update)

    def delete(self, old: Resource) -> None:
        """Let it be gone."""
        provider = self._providers.get(old.provider)

        def delete() -> None:
            with self._under_way(old, "deleting"):
                provider.delete(old.subject, old.id, old.inputs, old.outputs)

        self._hooks.persisting("delete", old, occasion(None, old), delete)

    def look_at(self, new: Resource) -> Resource:
        """`new` with the outputs of what stands under its id. Raises `StepError` if nothing does."""
        if new.id == UNKNOWN_STRING:
            return new
        found = self._found(new, new.id, new.inputs)
        return _with_outputs(new, Created(found.id or new.id, found.outputs))

    def take_over(self, new: Resource) -> Resource:
        """What stands under an import id, as the provider would have it written; a component has nothing to look at."""
        now = rfc3339(self._clock())
        if not new.custom:
            return replace(new, created=now, modified=now)
        found = self._found(new, new.import_id, {})
        new = replace(new, inputs=found.inputs, created=now, modified=now)
        return _with_outputs(new, Created(found.id or new.import_id, found.outputs))

    def _found(self, new: Resource, id: str, inputs: Properties) -> Found:
        provider = self._providers.get(new.provider)
        with self._under_way(new, "reading"):
            found = provider.read(new.subject, id, inputs, inputs)
        if found is None:
            raise StepError(f"resource '{id}' does not exist")
        return found

    @contextmanager
    def _under_way(self, resource: Resource, doing: str) -> Iterator[None]:
        with self._places:
            self._gate.check()
            if self._preview:
                yield
                return
            self._snapshot.begin(resource, doing)
            try:
                yield
            except UnknownOutcome:
                raise  # the call stays open: the next operation looks what became of it
            except ProviderError:
                self._snapshot.end(resource)
                raise
            self._snapshot.answered(resource)


def _half_done(new: Resource, failure: PartialFailure) -> Resource:
    return _with_outputs(replace(new, init_errors=_hidden(failure.reasons, new)), failure.created)


def _with_outputs(new: Resource, created: Created) -> Resource:
    outputs = secret_outputs(created.outputs, new.inputs, new.additional_secret_outputs)
    return replace(new, id=created.id, outputs=outputs, refresh_before_update=False)


def _hidden(reasons: Sequence[str], resource: Resource) -> tuple[str, ...]:
    return tuple(hidden(reason, resource.inputs) for reason in reasons)
