"""The state while an operation changes it: what was, what is done, what is under way. Thread-safe; no I/O of its own.

Records are frozen, so a change is another record in the same place (a numbered slot). The order of the state (antecedents
first) follows from the order in which the program registers; what it has not reached yet stands behind, as it was.

A recorder gets every change as an entry, in order, and `replay` makes the same changes of the same entries:

    begin   a call of `type` is about to be made for `resource`, or for the record in `slot`; `call` numbers it
    end     the call has failed, and changed nothing
    add     a resource is as the program wants it: `resource`, or (`same`) the record in slot `old` as it is; the record in
            `old` goes, the one in `replaced` waits for its deletion. Ends the resource's call
    amend   the record in `slot` changes. Ends the call about it
    retire  the record in `slot` goes. Ends the call about it
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from infra.engine.graph import in_order
from infra.engine.renames import settled
from infra.engine.resource import FIELDS, Resource
from infra.engine.state import PendingOperation


class Recorder(Protocol):
    """Who writes changes down (see `journal`)."""

    def text(self, resource: Resource) -> str:
        """A resource as entries hold it."""

    def note(self, entry: Mapping[str, Any], resource: str = "") -> int:
        """Take an entry; quick. Answers its number."""

    def write(self, number: int, *, durable: bool) -> None:
        """Return when the entry of this number, and all before, are written."""


@dataclass(slots=True)
class _Call:
    """A provider's call that is under way, or was answered and has not changed the state yet."""

    number: int
    operation: PendingOperation
    answered: bool = False


class Snapshot:
    """`base` is the state before the operation, `pending` what earlier ones left open."""

    def __init__(
        self, base: Sequence[Resource], pending: Sequence[PendingOperation] = (), recorder: Recorder | None = None
    ) -> None:
        self._slots: dict[int, Resource] = dict(enumerate(base))
        self._slot_of: dict[Resource, int] = {resource: slot for slot, resource in enumerate(base)}
        self._first_new = self._next = len(base)
        self._left_over = list(pending)
        self._calls: dict[Resource | str, _Call] = {}
        self._call_count = 0
        self._by_urn: dict[str, Resource] = {}
        self._renames: dict[str, str] = {}
        self._lock = threading.Lock()
        self._recorder = recorder

    def get(self, urn: str) -> Resource | None:
        """The record that this operation has registered under a URN."""
        return self._by_urn.get(urn)

    def at(self, slot: int) -> Resource:
        """The record in a slot. Raises `KeyError` for an empty one."""
        return self._slots[slot]

    def add(self, new: Resource, old: Resource | None = None, *, replaced: Resource | None = None) -> None:
        """A resource is as the program wants it; `old`, its former record, goes. `replaced` waits for its deletion from now."""
        same = old is not None and _alike(old, new)
        text = self._text(None if same else new)
        with self._lock:
            entry: dict[str, Any] = {"do": "add"}
            if old is not None:
                entry["old"] = slot = self._slot_of.pop(old)
                self._slots.pop(slot)
            if replaced is not None:
                entry["replaced"] = slot = self._slot_of.pop(replaced)
                self._put(slot, replace(replaced, delete=True))
            if same:
                entry["same"] = True
            self._put(self._next, new)
            self._next += 1
            self._by_urn[new.urn] = new
            self._left_over = [item for item in self._left_over if item.resource.urn != new.urn]
            former = old or replaced
            if former is not None and former.urn != new.urn:
                self._renames[former.urn] = new.urn
            ended = self._ended(entry, new.urn)
            number = self._note(entry, text)
        if ended or not same:
            self._write(number)

    def amend(self, old: Resource, new: Resource) -> None:
        """The record of a resource changes where it stands."""
        text = self._text(new)
        with self._lock:
            slot = self._slot_of.pop(old)
            self._put(slot, new)
            if self._by_urn.get(old.urn) is old:
                self._by_urn[new.urn] = new
            entry = {"do": "amend", "slot": slot}
            self._ended(entry, old)
            number = self._note(entry, text)
        self._write(number)

    def retire(self, old: Resource) -> None:
        """A resource is gone."""
        with self._lock:
            slot = self._slot_of.pop(old)
            self._slots.pop(slot)
            if self._by_urn.get(old.urn) is old:
                del self._by_urn[old.urn]
            entry = {"do": "retire", "slot": slot}
            self._ended(entry, old)
            number = self._note(entry, "")
        self._write(number)

    def begin(self, resource: Resource, type: str) -> None:
        """A call for `resource` is about to be made; when this returns, that is written down for good."""
        known = self._slot_of.get(resource)
        text = self._text(resource if known is None else None)
        with self._lock:
            self._call_count += 1
            self._calls[resource if known is not None else resource.urn] = _Call(
                self._call_count, PendingOperation(resource, type)
            )
            entry = {"do": "begin", "call": self._call_count, "type": type} | ({} if known is None else {"slot": known})
            number = self._note(entry, text)
        if self._recorder is not None:
            self._recorder.write(number, durable=True)

    def answered(self, resource: Resource) -> None:
        """The call has done what it should; the change of the state that follows from it comes next."""
        with self._lock:
            call = self._calls.get(resource) or self._calls.get(resource.urn)
            if call is not None:
                call.answered = True

    def end(self, resource: Resource) -> None:
        """The call has failed, and changed nothing."""
        with self._lock:
            entry: dict[str, Any] = {"do": "end"}
            if not self._ended(entry, resource):
                return
            number = self._note(entry, "")
        self._write(number)

    def unreached(self) -> list[Resource]:
        """Records of before that the operation has not touched, in their order."""
        with self._lock:
            return [self._slots[slot] for slot in sorted(self._slots) if slot < self._first_new]

    def contents(self) -> tuple[list[Resource], list[PendingOperation]]:
        """The state as it is to be written now. What is pending are calls of which nobody knows whether they landed."""
        with self._lock:
            new = [self._slots[slot] for slot in range(self._first_new, self._next) if slot in self._slots]
            old = [self._slots[slot] for slot in sorted(self._slots) if slot < self._first_new]
            pending = [*self._left_over, *(call.operation for call in self._calls.values() if not call.answered)]
            renames = dict(self._renames)
        return in_order(settled([*new, *old], renames)), pending

    def _put(self, slot: int, resource: Resource) -> None:
        self._slots[slot] = resource
        self._slot_of[resource] = slot

    def _ended(self, entry: dict[str, Any], about: Resource | str) -> bool:
        """Close the call about a record or a URN, if there is one, and say so in the entry of the change that closes it."""
        call = self._calls.pop(about, None)
        if call is None and isinstance(about, Resource):
            call = self._calls.pop(about.urn, None)
        if call is not None:
            entry["call"] = call.number
        return call is not None

    def _text(self, resource: Resource | None) -> str:
        return "" if resource is None or self._recorder is None else self._recorder.text(resource)

    def _note(self, entry: Mapping[str, Any], text: str) -> int:
        return 0 if self._recorder is None else self._recorder.note(entry, text)

    def _write(self, number: int) -> None:
        if self._recorder is not None:
            self._recorder.write(number, durable=False)


def _alike(old: Resource, new: Resource) -> bool:
    """Whether two records say the same."""
    return all(getattr(old, name) == getattr(new, name) for name in FIELDS)
