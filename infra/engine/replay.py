"""What a journal says, put into the checkpoint that it continues. Pure; needs no key: secrets stay as they are encrypted.

Calls that nobody saw the end of become the checkpoint's pending operations; `settlement` looks what became of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from infra.engine.errors import CorruptStateError, StaleJournalError
from infra.engine.graph import knots
from infra.engine.journal import VERSION, digest, entries
from infra.engine.resource import Resource
from infra.engine.snapshot import Snapshot
from infra.engine.state import Checkpoint, Codec, decode_checkpoint, encode_checkpoint
from infra.engine.values import Value

#: Pulumi's names for what calls have done.
_COUNTED: Final = {"creating": "create", "updating": "update", "deleting": "delete"}


class SealedCodec(Codec):
    """Takes property values as they are stored, ciphertexts included: for those who move records and look at no value."""

    def __init__(self) -> None:
        super().__init__(None)

    def _from_wire(self, value: Any) -> Value:
        return value

    def _to_wire(self, value: Value, previous: Value) -> Any:
        return value


def folded(checkpoint: str, log: bytes, *, stack: str, time: str, source: str) -> str:
    """The text of the checkpoint after everything that a log holds. `stack` is the full name, `source` the log's place.

    Raises `StaleJournalError` for a log that continues another checkpoint, `CorruptStateError` for one that is damaged.
    """
    found = entries(log, source=source)
    if not found:
        return checkpoint
    opening, *changes = found
    _check_opening(opening, source)
    if changes and changes[-1]["do"] == "fold" and changes[-1]["checkpoint"] == digest(checkpoint):
        return checkpoint
    if opening["checkpoint"] != digest(checkpoint):
        raise StaleJournalError(
            f"{source} is the journal of an update that was interrupted, and the checkpoint has been changed since by somebody "
            "who did not know of it. Put back the checkpoint of before (its .bak, or the latest in backups), and run again; or "
            "move the journal away, and import or delete by hand what it says was made"
        )
    codec = SealedCodec()
    before = decode_checkpoint(checkpoint, codec, source=source) if checkpoint else Checkpoint()
    snapshot = Snapshot(before.resources, before.pending)
    try:
        _Replay(snapshot, codec).play(changes)
    except (KeyError, TypeError) as error:
        raise CorruptStateError(f"{source}: an entry does not fit the checkpoint that it continues ({error!r})") from error
    resources, pending = snapshot.contents()
    return encode_checkpoint(
        stack,
        without_lost(resources),
        pending,
        codec,
        time=time,
        secrets_state=before.secrets_state or str(opening.get("secrets", "")),
        metadata=before.metadata,
    )


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What the history shall say of an update that left a log. `began`: in nanoseconds since 1970."""

    began: int
    update: Mapping[str, Any]


def interrupted(log: bytes, *, now: int, source: str) -> Interrupted | None:
    """The update of a log that has not come to its end; one that had is told as it told of itself. None for an empty log.

    `now` is in seconds since 1970. Only calls that were answered count as changes.
    """
    found = entries(log, source=source)
    if not found:
        return None
    opening, *changes = found
    last = found[-1]
    if last["do"] == "fold":
        return Interrupted(opening["began"], last["update"])
    counts = Counter(_COUNTED[entry["type"]] for entry in _answered(changes) if entry["type"] in _COUNTED)
    return Interrupted(opening["began"], {**opening["update"], "endTime": now, "resourceChanges": dict(sorted(counts.items()))})


def _answered(changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The calls that have changed the state."""
    begun = {entry["call"]: entry for entry in changes if entry["do"] == "begin"}
    return [begun[entry["call"]] for entry in changes if entry["do"] not in {"begin", "end"} and "call" in entry]


def without_lost(resources: Sequence[Resource]) -> list[Resource]:
    """`resources` whose references to what is not there are dropped: an operation that removes several at once may have been
    interrupted between them."""
    lost = {knot.missing for knot in knots(resources) if knot.relation in {"dependency", "parent"}}
    lost -= {resource.urn for resource in resources}
    return [_without(resource, lost) for resource in resources] if lost else list(resources)


def _without(resource: Resource, lost: set[str]) -> Resource:
    if not lost.intersection(resource.antecedents):
        return resource
    kept = {key: tuple(u for u in urns if u not in lost) for key, urns in resource.property_dependencies.items()}
    return replace(
        resource,
        parent="" if resource.parent in lost else resource.parent,
        deleted_with="" if resource.deleted_with in lost else resource.deleted_with,
        dependencies=tuple(urn for urn in resource.dependencies if urn not in lost),
        property_dependencies={key: urns for key, urns in kept.items() if urns},
    )


class _Replay:
    """Entries to changes of a snapshot."""

    def __init__(self, snapshot: Snapshot, codec: SealedCodec) -> None:
        self._snapshot, self._codec = snapshot, codec
        self._calls: dict[int, Resource] = {}

    def play(self, changes: Sequence[Mapping[str, Any]]) -> None:
        for entry in changes:
            getattr(self, f"_{entry['do']}")(entry)

    def _begin(self, entry: Mapping[str, Any]) -> None:
        resource = self._resource(entry) if "resource" in entry else self._snapshot.at(entry["slot"])
        self._calls[entry["call"]] = resource
        self._snapshot.begin(resource, entry["type"])

    def _end(self, entry: Mapping[str, Any]) -> None:
        self._snapshot.end(self._calls.pop(entry["call"]))

    def _add(self, entry: Mapping[str, Any]) -> None:
        old = self._snapshot.at(entry["old"]) if "old" in entry else None
        if not entry.get("same"):
            new = self._resource(entry)
        elif old is not None:
            new = replace(old)
        self._snapshot.add(new, old, replaced=self._snapshot.at(entry["replaced"]) if "replaced" in entry else None)

    def _amend(self, entry: Mapping[str, Any]) -> None:
        self._snapshot.amend(self._snapshot.at(entry["slot"]), self._resource(entry))

    def _retire(self, entry: Mapping[str, Any]) -> None:
        self._snapshot.retire(self._snapshot.at(entry["slot"]))

    def _fold(self, entry: Mapping[str, Any]) -> None:
        """The checkpoint was about to be written, and was not: there is nothing more to it."""

    def _resource(self, entry: Mapping[str, Any]) -> Resource:
        return self._codec.decode(entry["resource"])


def _check_opening(opening: Mapping[str, Any], source: str) -> None:
    if opening.get("do") != "open" or "checkpoint" not in opening:
        raise CorruptStateError(f"{source} does not begin like a journal: move it away, and look at what it holds by hand")
    if opening["version"] != VERSION:
        raise CorruptStateError(
            f"{source} is a journal of version {opening['version']}, this engine reads version {VERSION}: run the engine that "
            "wrote it"
        )
