"""What the engine knows of a resource: `Goal`, what a program asks for, and `Resource`, what is.

Frozen, and compared by identity: two records of one resource are two things (as is and as it will be), and a cache of
encoded records may be keyed by them. The property maps inside are never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

from infra.engine import urn as urns
from infra.engine.ports import Subject, Timeouts
from infra.engine.values import Properties, Value

#: The moments at which a program's hooks are called; Pulumi's names, which stand in the state.
HookMoment: TypeAlias = Literal[
    "BeforeCreate", "AfterCreate", "BeforeUpdate", "AfterUpdate", "BeforeDelete", "AfterDelete", "OnError"
]
Hooks: TypeAlias = Mapping[HookMoment, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Alias:
    """An earlier name of a resource: a whole URN, or those of its parts that differ from today's."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One RegisterResource. `provider` is a reference (`<urn>::<id>`), empty for components and provider resources.

    `protect`, `retain_on_delete`: None where the program says nothing, and the parent decides. `import_id`: take over what
    exists under this id instead of making it.
    """

    type: str
    name: str
    custom: bool
    properties: Properties
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[Alias, ...] = ()
    protect: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    additional_secret_outputs: tuple[str, ...] = ()
    import_id: str = ""
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    replacement_trigger: Value = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    hide_diffs: tuple[str, ...] = ()
    hooks: Hooks = field(default_factory=dict)
    source_position: str = ""
    stack_trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resource:
    """One resource of a stack's state: what Pulumi's `apitype.ResourceV3` holds, secrets decoded.

    `delete`: replaced already, to be deleted. `pending_replacement`: deleted already, to be created again. `taint`: to be
    replaced by the next update. `refresh_before_update`: its provider wants it looked at first. Times are RFC 3339 in UTC.
    `source_position` and the frames of `stack_trace`, the innermost first, say where the program asked for it
    (`project:///__main__.py#7`); a frame may be empty. `extra` keeps fields that this engine does not know, so that a
    checkpoint loses nothing on its way through.
    """

    urn: str
    type: str
    custom: bool
    delete: bool = False
    id: str = ""
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    timeouts: Timeouts = field(default_factory=Timeouts)
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    created: str = ""
    modified: str = ""
    source_position: str = ""
    stack_trace: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    hide_diffs: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Value = None
    refresh_before_update: bool = False
    hooks: Hooks = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that the program gave."""
        return urns.name_of(self.urn)

    @property
    def subject(self) -> Subject:
        """How a provider's call names this resource."""
        return Subject(urn=self.urn, type=self.type, name=self.name, timeouts=self.timeouts, ignored=self.ignore_changes)

    @property
    def is_provider(self) -> bool:
        """Whether this is a provider resource."""
        return urns.is_provider(self.type)

    @property
    def reference(self) -> str:
        """How resources name this one as their provider."""
        return urns.reference(self.urn, self.id)

    @property
    def antecedents(self) -> tuple[str, ...]:
        """URNs of all that must exist before this: provider, parent, dependencies, and what takes it along."""
        found = [urns.split_reference(self.provider)[0], self.parent, self.deleted_with, *self.replace_with, *self.dependencies]
        for names in self.property_dependencies.values():
            found.extend(names)
        return tuple(dict.fromkeys(urn for urn in found if urn))


#: Names of the fields of a Resource, in the order of the checkpoint.
FIELDS = tuple(item.name for item in fields(Resource))
