"""What the planner decides: one frozen record per kind of step. No behaviour.

`old` is a resource as it is, `new` as it will be (without id and outputs, which the step brings). `diff` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from infra.engine.events import Operation
from infra.engine.ports import DiffResult
from infra.engine.resource import Resource


@dataclass(frozen=True, slots=True)
class Same:
    """Nothing is to be done; the record takes over what the program says about it (protection, dependencies…)."""

    operation: ClassVar[Operation] = "same"
    old: Resource
    new: Resource


@dataclass(frozen=True, slots=True)
class Skip:
    """A resource that would have to be made is not, because this operation is about others. It leaves no record."""

    operation: ClassVar[Operation] = "same"
    new: Resource


@dataclass(frozen=True, slots=True)
class Create:
    """Make a resource."""

    operation: ClassVar[Operation] = "create"
    new: Resource


@dataclass(frozen=True, slots=True)
class Update:
    """Change a resource in place."""

    operation: ClassVar[Operation] = "update"
    old: Resource
    new: Resource
    diff: DiffResult


@dataclass(frozen=True, slots=True)
class Replace:
    """The mark that a resource is replaced, for whoever watches; the work is done by the steps around it."""

    operation: ClassVar[Operation] = "replace"
    old: Resource
    new: Resource
    diff: DiffResult | None


@dataclass(frozen=True, slots=True)
class CreateReplacement:
    """Make the resource that takes the place of `old`. `keep_old`: it is still there, and deleted when all else is done."""

    operation: ClassVar[Operation] = "create-replacement"
    old: Resource
    new: Resource
    diff: DiffResult | None
    keep_old: bool


@dataclass(frozen=True, slots=True)
class DeleteReplaced:
    """Delete a resource that is replaced: before its replacement is made (then `condemned` is its record until that is
    done), or after. `goes_along`: it is deleted with another one, and nobody is called for it."""

    operation: ClassVar[Operation] = "delete-replaced"
    old: Resource
    condemned: Resource | None = None
    diff: DiffResult | None = None
    goes_along: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a resource that the program no longer has. `goes_along`: it is deleted with another one."""

    operation: ClassVar[Operation] = "delete"
    old: Resource
    goes_along: bool = False


@dataclass(frozen=True, slots=True)
class Discard:
    """Drop the record of a resource that others own, and that the program no longer reads."""

    operation: ClassVar[Operation] = "discard"
    old: Resource


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop the record of a resource that was deleted for a replacement which never came. Nobody is told."""

    operation: ClassVar[Operation] = "discard"
    old: Resource


@dataclass(frozen=True, slots=True)
class Read:
    """Look at a resource that others own (`.get()`)."""

    operation: ClassVar[Operation] = "read"
    new: Resource
    old: Resource | None = None


@dataclass(frozen=True, slots=True)
class ReadReplacement:
    """Look at a resource that takes the place of one that this stack owned; that one is deleted at the end."""

    operation: ClassVar[Operation] = "read-replacement"
    old: Resource
    new: Resource


@dataclass(frozen=True, slots=True)
class Refresh:
    """A resource of the state has been looked at. `new` is None if it is gone; `operation` says what that does to the state
    ("same", "update", "delete"), `diff` how the world differs from what was asked for, seen from the state."""

    operation: Operation
    old: Resource
    new: Resource | None
    diff: DiffResult | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Take over a resource that exists under `new.import_id`; it comes out as it is, and is compared with the program then."""

    operation: ClassVar[Operation] = "import"
    new: Resource


@dataclass(frozen=True, slots=True)
class ImportReplacement:
    """Take over a resource in the place of one that this stack owned; that one is deleted at the end."""

    operation: ClassVar[Operation] = "import-replacement"
    old: Resource
    new: Resource


Step: TypeAlias = (
    Refresh
    | Same
    | Skip
    | Create
    | Update
    | Replace
    | CreateReplacement
    | DeleteReplaced
    | Delete
    | Discard
    | Forget
    | Read
    | ReadReplacement
    | Import
    | ImportReplacement
)
