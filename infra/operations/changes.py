"""What an operation changes, as a report shows it: one line a resource, the files of a dbt release folded into one.

Pure; made from the engine's events. What it leaves out: words, symbols and colours, which are the presentation's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.engine.events import Operation, StepStarted
from infra.engine.ports import DiffKind, PropertyDiff
from infra.engine.values import Properties

#: What changes nothing that a reader would look for. The halves of a replacement stand behind its one `replace`.
HIDDEN: frozenset[Operation] = frozenset({"same", "create-replacement", "delete-replaced", "refresh", "discard"})
RELEASE_FILE_TYPE = "databricks:index/workspaceFile:WorkspaceFile"
#: Part of every component type whose workspace files are a dbt release.
_RELEASE_COMPONENT = "Release$"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property path with its value before and after; None where there was or will be none."""

    path: str
    kind: DiffKind
    old: Any = None
    new: Any = None


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that changes. `replaces` names the properties that force a new resource."""

    operation: Operation
    urn: str
    type: str
    name: str
    properties: tuple[PropertyChange, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseChange:
    """The files of dbt releases that come and go. `before` and `after` are hashes, empty if there is no such release.

    `changed`, `added` and `removed` compare the two releases path by path; `files` is how many the new one has, or the old
    one if there is no new one.
    """

    before: str
    after: str
    files: int = 0
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything that changes, in the engine's order.

    `counts` are the engine's, by operation; `file_counts` is the part of them that is the files of releases.
    """

    changes: tuple[Change, ...] = ()
    release: ReleaseChange | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    file_counts: Mapping[str, int] = field(default_factory=dict)


def change_set(events: Iterable[StepStarted], counts: Mapping[str, int]) -> ChangeSet:
    """Fold the steps of one operation; `counts` are its summary's."""
    changes: list[Change] = []
    files: list[StepStarted] = []
    for event in events:
        if event.operation in HIDDEN:
            continue
        if is_release_file(event.urn):
            files.append(event)
        else:
            changes.append(change(event))
    return ChangeSet(
        changes=tuple(changes),
        release=release_change(files),
        counts=counts,
        file_counts=Counter(event.operation for event in files),
    )


def change(event: StepStarted) -> Change:
    """One step as a report shows it."""
    return Change(
        operation=event.operation,
        urn=event.urn,
        type=event.type,
        name=event.name,
        properties=tuple(property_changes(event)),
        replaces=event.replaces,
    )


def is_release_file(urn: str) -> bool:
    """Whether the resource is a file of a dbt release: a workspace file whose parent is a release."""
    chain = urn.split("::")[2] if urn.count("::") >= 3 else ""
    return _RELEASE_COMPONENT in chain and chain.endswith(RELEASE_FILE_TYPE)


def property_changes(event: StepStarted) -> Iterator[PropertyChange]:
    """What an update or replacement changes, path by path; nothing for a create or a delete."""
    if event.operation not in ("update", "replace"):
        return
    detailed = event.detailed or {key: PropertyDiff(kind=_kind(event, key)) for key in event.keys}
    for path, diff in sorted(detailed.items()):
        steps = path_steps(path)
        yield PropertyChange(path=path, kind=diff.kind, old=value_at(event.old, steps), new=value_at(event.new, steps))


def release_change(files: Sequence[StepStarted]) -> ReleaseChange | None:
    """Compare the release whose files are created with the one whose files are deleted; None if no file changes."""
    if not files:
        return None
    created = {path: (hash, event) for event in files if event.operation == "create" for hash, path in [file_key(event.name)]}
    deleted = {path: (hash, event) for event in files if event.operation == "delete" for hash, path in [file_key(event.name)]}
    in_place = tuple(file_key(event.name)[1] for event in files if event.operation in ("update", "replace"))
    both = sorted(created.keys() & deleted.keys())
    return ReleaseChange(
        before=next((hash for hash, _ in deleted.values()), ""),
        after=next((hash for hash, _ in created.values()), ""),
        files=len(created or deleted),
        changed=(*in_place, *(path for path in both if content(created[path][1].new) != content(deleted[path][1].old))),
        added=tuple(sorted(created.keys() - deleted.keys())) if deleted else (),
        removed=tuple(sorted(deleted.keys() - created.keys())) if created else (),
    )


def file_key(name: str) -> tuple[str, str]:
    """The release's hash and the file's path, from the logical name `<hash>/<path>`."""
    hash, _, path = name.partition("/")
    return hash, path


def content(properties: Properties) -> Any:
    """What tells two files apart: the source, which a release names by its hash, or the content itself.

    Never `md5`: among the inputs it is the provider's default, the same word for every file.
    """
    return properties.get("source") or properties.get("contentBase64")


def path_steps(path: str) -> list[str | int]:
    """The steps of a property path such as `a.b[0]["c.d"]`."""
    steps: list[str | int] = []
    position, word = 0, ""
    while position < len(path):
        mark = path[position]
        if mark in ".[" and word:
            steps.append(word)
            word = ""
        if mark == "[":
            end = path.index('"]', position) + 1 if path[position + 1] == '"' else path.index("]", position)
            inner = path[position + 1 : end]
            steps.append(inner.strip('"') if inner.startswith('"') else int(inner))
            position = end
        elif mark != ".":
            word += mark
        position += 1
    return [*steps, word] if word else steps


def value_at(value: Any, steps: Sequence[str | int]) -> Any:
    """The value below `steps`; None if there is none."""
    for step in steps:
        if (isinstance(step, str) and isinstance(value, Mapping) and step in value) or (
            isinstance(step, int) and isinstance(value, list) and step < len(value)
        ):
            value = value[step]  # type: ignore[index]
        else:
            return None
    return value


def _kind(event: StepStarted, key: str) -> DiffKind:
    if key not in event.old:
        return "add-replace" if key in event.replaces else "add"
    if key not in event.new:
        return "delete-replace" if key in event.replaces else "delete"
    return "update-replace" if key in event.replaces else "update"
