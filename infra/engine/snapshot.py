"""The state while an operation changes it: what was, what is done, what is under way. Thread-safe; no I/O.

Records are frozen, so a change is another record in the same place. The order of the state (antecedents first) follows from
the order in which the program registers; what it has not reached yet stands behind, as it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from infra.engine.resource import Resource
from infra.engine.state import PendingOperation


class Snapshot:
    """`changed` is called after each change, by the thread that made it."""

    def __init__(
        self, base: Sequence[Resource], pending: Sequence[PendingOperation] = (), changed: Callable[[], None] = lambda: None
    ) -> None:
        self._slots: dict[int, Resource] = dict(enumerate(base))
        self._slot_of: dict[Resource, int] = {resource: slot for slot, resource in enumerate(base)}
        self._first_new = self._next = len(base)
        self._left_over = list(pending)
        self._under_way: dict[Resource, PendingOperation] = {}
        self._by_urn: dict[str, Resource] = {}
        self._renames: dict[str, str] = {}
        self._lock = threading.Lock()
        self._changed = changed

    def get(self, urn: str) -> Resource | None:
        """The record that this operation has registered under a URN."""
        return self._by_urn.get(urn)

    def add(self, new: Resource, old: Resource | None = None) -> None:
        """A resource is as the program wants it; `old`, its former record, goes."""
        with self._lock:
            if old is not None:
                self._slots.pop(self._slot_of.pop(old))
            self._slots[self._next] = new
            self._slot_of[new] = self._next
            self._by_urn[new.urn] = new
            self._next += 1
            self._left_over = [item for item in self._left_over if item.resource.urn != new.urn]
            if old is not None and old.urn != new.urn:
                self._renames[old.urn] = new.urn
        self._changed()

    def amend(self, old: Resource, new: Resource) -> None:
        """The record of a resource changes where it stands."""
        with self._lock:
            slot = self._slot_of.pop(old)
            self._slots[slot] = new
            self._slot_of[new] = slot
            if self._by_urn.get(old.urn) is old:
                self._by_urn[new.urn] = new
        self._changed()

    def retire(self, old: Resource) -> None:
        """A resource is gone."""
        with self._lock:
            self._slots.pop(self._slot_of.pop(old))
        self._changed()

    def begin(self, resource: Resource, type: str) -> None:
        """A call that changes `resource` is about to be made."""
        with self._lock:
            self._under_way[resource] = PendingOperation(resource, type)
        self._changed()

    def end(self, resource: Resource) -> None:
        """The call has been answered. Whoever calls this changes the state next, so nothing is signalled."""
        with self._lock:
            self._under_way.pop(resource, None)

    def unreached(self) -> list[Resource]:
        """Records of before that the operation has not touched, in their order."""
        with self._lock:
            return [self._slots[slot] for slot in sorted(self._slots) if slot < self._first_new]

    def contents(self) -> tuple[list[Resource], list[PendingOperation]]:
        """The state as it is to be written now."""
        with self._lock:
            new = [self._slots[slot] for slot in range(self._first_new, self._next) if slot in self._slots]
            old = [self._slots[slot] for slot in sorted(self._slots) if slot < self._first_new]
            pending = [*self._left_over, *self._under_way.values()]
            renames = dict(self._renames)
        return [*new, *(renamed(resource, renames) for resource in old)], pending


def renamed(resource: Resource, renames: Mapping[str, str]) -> Resource:
    """`resource` with what it refers to by an earlier URN referred to by today's."""
    if not renames or not any(urn in renames for urn in resource.antecedents):
        return resource
    provider, _, id = resource.provider.rpartition("::")
    return replace(
        resource,
        parent=renames.get(resource.parent, resource.parent),
        deleted_with=renames.get(resource.deleted_with, resource.deleted_with),
        provider=f"{renames.get(provider, provider)}::{id}" if resource.provider else "",
        dependencies=tuple(renames.get(urn, urn) for urn in resource.dependencies),
        property_dependencies={
            key: tuple(renames.get(urn, urn) for urn in found) for key, found in resource.property_dependencies.items()
        },
    )
