"""Changes of a stack's state by hand: unprotect, protect, rename, delete. No provider is asked, no program run.

Records are changed as the checkpoint holds them, so nothing is decrypted, and what this engine does not know stays. Every
change takes the stack's lock, is refused if the state it leads to contradicts itself, and keeps a backup.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from infra.engine import urn as urns
from infra.engine.backend import Backend
from infra.engine.clock import SYSTEM, Clock, rfc3339
from infra.engine.errors import PlanError
from infra.engine.graph import knots, told
from infra.engine.schema import heading, stored_features
from infra.engine.state import Codec, latest_of

Record = dict[str, Any]
Change = Callable[[list[Record]], list[Record]]


def edit(backend: Backend, change: Change, *, clock: Clock = SYSTEM) -> str:
    """Change the records of a stack's state; answers where the backup lies.

    Raises `PlanError` for what would break the state, naming what stands against it; then nothing is changed.
    """
    with backend.locked():
        text = backend.read()
        if text is None:
            raise PlanError(f"the stack {backend.stack} has no state: nothing to change")
        latest_of(text, source=backend.place)
        document = json.loads(text)
        latest = document["checkpoint"]["latest"]
        latest["resources"] = change(list(latest.get("resources") or ()))
        refuse_unsound(latest["resources"])
        latest["manifest"] = {**latest.get("manifest", {}), "time": rfc3339(clock())}
        document = {**heading(stored_features(latest["resources"])), "checkpoint": document["checkpoint"]}
        place = keep_backup(backend, text, clock)
        backend.write(json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n")
        return place


def keep_backup(backend: Backend, checkpoint: str, clock: Clock = SYSTEM) -> str:
    """Put a copy of the state among the backups; answers where."""
    key = f"backups/{backend.project}/{backend.stack}/{backend.stack}.{clock()}.json"
    backend.store.write(key, checkpoint)
    return backend.store.place(key)


def refuse_unsound(records: Sequence[Record]) -> None:
    """Raise `PlanError` for records that name what does not come before them, or for a URN twice."""
    codec = Codec(None)
    unsound = knots([codec.decode(record) for record in records])
    if unsound:
        raise PlanError(f"refused: the state would contradict itself: {told(unsound)}")


def protection(urn: str | None, *, on: bool) -> Change:
    """Protect one resource or all (None), or take the protection away."""

    def change(records: list[Record]) -> list[Record]:
        if urn is not None:
            _one(records, urn)
        for record in records:
            if urn is None or record["urn"] == urn:
                record.pop("protect", None)
                if on:
                    record["protect"] = True
        return records

    return change


def removal(urn: str, *, force: bool = False, dependents: bool = False) -> Change:
    """Forget a resource, which stays in the world. `dependents`: and all that names it; `force`: although it is protected."""

    def change(records: list[Record]) -> list[Record]:
        going = {_one(records, urn)["urn"]}
        for record in records:
            if going & set(_named(record)):
                if not dependents:
                    names = ", ".join(item["urn"] for item in records if urn in _named(item))
                    raise PlanError(
                        f"{urn} cannot be deleted, these depend on it: {names}; delete them first, or all of them "
                        "with --target-dependents"
                    )
                going.add(record["urn"])
        kept = [record["urn"] for record in records if record["urn"] in going and record.get("protect")]
        if kept and not force:
            raise PlanError(f"{', '.join(kept)}: protected; run `state unprotect`, or delete with --force")
        return [record for record in records if record["urn"] not in going]

    return change


def renaming(urn: str, name: str) -> Change:
    """Give a resource another name, here and wherever it is named."""

    def change(records: list[Record]) -> list[Record]:
        _one(records, urn)
        renamed = "::".join([*urn.split("::", 3)[:3], name])
        if any(record["urn"] == renamed for record in records):
            raise PlanError(f"{renamed} exists already: choose another name")
        return [_renamed(record, urn, renamed) for record in records]

    return change


def _one(records: Sequence[Record], urn: str) -> Record:
    found = [record for record in records if record["urn"] == urn]
    if not found:
        hint = "" if "$" in urn else " (did the shell take a `$` away? put the URN in single quotes)"
        raise PlanError(f"{urn}: no such resource in the state{hint}")
    if len(found) > 1:
        raise PlanError(f"{urn} is there {len(found)} times: a replacement was not finished; run `up` first")
    return found[0]


def _named(record: Record) -> Iterator[str]:
    yield urns.split_reference(record.get("provider", ""))[0]
    yield record.get("parent", "")
    yield record.get("deletedWith", "")
    yield from record.get("dependencies") or ()
    yield from record.get("replaceWith") or ()
    for names in (record.get("propertyDependencies") or {}).values():
        yield from names or ()


def _renamed(record: Record, old: str, new: str) -> Record:
    record = dict(record)
    for key in ("urn", "parent", "deletedWith"):
        if record.get(key) == old:
            record[key] = new
    for key in ("dependencies", "replaceWith"):
        if record.get(key):
            record[key] = [new if urn == old else urn for urn in record[key]]
    if record.get("propertyDependencies"):
        record["propertyDependencies"] = {
            key: [new if urn == old else urn for urn in names or ()] for key, names in record["propertyDependencies"].items()
        }
    provider, id = urns.split_reference(record.get("provider", ""))
    if provider == old:
        record["provider"] = urns.reference(new, id)
    return record
