"""Decides what an operation does, resource by resource. Pure but for memory: no I/O, no clock; providers' diffs are handed in.

One planner serves one operation, and is called by one thread at a time. The rules are those of Pulumi's step generator
(`pkg/resource/deploy/step_generator.go`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from infra.engine import property_path
from infra.engine import urn as urns
from infra.engine.assets import alike
from infra.engine.errors import PlanError
from infra.engine.graph import antichains, dependents
from infra.engine.ports import DiffKind, DiffResult, PropertyDiff
from infra.engine.resource import Alias, Goal, Resource
from infra.engine.secrecy import opened
from infra.engine.steps import (
    Create,
    CreateReplacement,
    Delete,
    DeleteReplaced,
    Discard,
    Forget,
    Import,
    ImportReplacement,
    Read,
    ReadReplacement,
    Replace,
    Same,
    Step,
    Update,
)
from infra.engine.values import UNKNOWN, Properties, Value, contains_unknown

#: Compares a resource of the state with other inputs.
Differ = Callable[[Resource, Properties], DiffResult]

_REPLACING: dict[DiffKind, DiffKind] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}


class Planner:
    """`base` is the state before the operation; `differ` asks a provider to compare."""

    def __init__(self, stack: str, project: str, base: Sequence[Resource], differ: Differ) -> None:
        self._stack, self._project = stack, project
        self._base = tuple(base)
        self._olds = {resource.urn: resource for resource in base if not resource.delete}
        self._differ = differ
        self._claimed: set[str] = set()
        self._condemned: dict[str, Resource] = {}
        self._replaced: set[str] = set()
        #: Earlier URNs of registered resources, with today's.
        self.renames: dict[str, str] = {}
        self._former: dict[str, str] = {}

    def claim(self, parent: str, type: str, name: str, aliases: Sequence[Alias] = ()) -> tuple[str, Resource | None]:
        """The URN of a resource that the program registers, and its record in the state, found under an alias if need be.

        Raises `PlanError` for a parent that is not registered, and for a name that is taken.
        """
        urn = urns.make(self._stack, self._project, parent, type, name)
        if parent and parent not in self._claimed:
            raise PlanError(f"could not find parent resource {parent}", urn)
        if urn in self._claimed:
            raise PlanError(f"Duplicate resource URN '{urn}'; try giving it a unique name", urn)
        if urn in self.renames:
            taken = self.renames[urn]
            raise PlanError(f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{taken}'", urn)
        self._claimed.add(urn)
        for candidate in [urn, *self._former_urns(parent, type, name, aliases)]:
            old = self._olds.get(candidate)
            if old is None:
                continue
            if candidate != urn:
                self._claim_alias(urn, candidate)
            return urn, self._condemned.get(candidate, old)
        return urn, None

    def keep(self, urn: str) -> None:
        """A resource that the program registers under another URN stays under this one."""
        self._claimed.add(urn)

    def is_recreated(self, old: Resource | None) -> bool:
        """Whether `old` is deleted already, so that its inputs count for nothing."""
        return old is not None and old.pending_replacement

    def is_condemned(self, old: Resource) -> bool:
        """Whether this operation has deleted `old`."""
        return self._condemned.get(old.urn) is old

    def plan(self, goal: Goal, old: Resource | None, new: Resource, diff: DiffResult | None) -> list[Step]:
        """The steps that make `new` of `old`. `diff` is what the provider says of the two; None where nobody was asked.

        Raises `PlanError` for a replacement of what is protected.
        """
        if old is None:
            return [Create(new)]
        if self.is_recreated(old):
            self._replaced.add(new.urn)
            why = with_replacements(diff, goal.replace_on_changes, old.init_errors) if diff else None
            return [Replace(old, new, why), CreateReplacement(old, new, why, keep_old=False)]
        if old.external:
            return [CreateReplacement(old, new, None, keep_old=True), Replace(old, new, None)]
        diff = with_replacements(diff or _component_diff(old, new), goal.replace_on_changes, old.init_errors)
        if (diff.changes and diff.replaces) or is_triggered(old.replacement_trigger, new.replacement_trigger):
            return self._plan_replacement(goal, old, new, diff)
        if diff.changes or old.init_errors:
            return [Update(old, new, diff)]
        return [Same(old, new)]

    def is_import(self, goal: Goal, old: Resource | None) -> bool:
        """Whether a goal's `import_id` says to take over what exists: not if that is what the state has already."""
        if not goal.import_id or not goal.custom:
            return False
        return old is None or old.external or (old.import_id or old.id) != goal.import_id

    def plan_import(self, old: Resource | None, new: Resource) -> list[Step]:
        """The steps that take over what exists under `new.import_id`."""
        if old is None or self.is_recreated(old):
            return [Import(new)]
        return [ImportReplacement(old, new), Replace(old, new, None)]

    def replaced_with(self, new: Resource) -> bool:
        """Whether this operation replaces one that `new` is to be replaced with."""
        return not self._replaced.isdisjoint(new.replace_with)

    def plan_read(self, new: Resource, old: Resource | None) -> list[Step]:
        """The steps of a `.get()`."""
        if old is not None and not old.external and old.id != new.id:
            return [ReadReplacement(old, new), Replace(old, new, None)]
        return [Read(new, old)]

    def plan_deletes(self, unreached: Sequence[Resource]) -> list[list[Step]]:
        """Waves of deletions of what replacements have left and of what the program no longer has.

        Raises `PlanError`, naming all of them, if any is protected.
        """
        protected = [r.urn for r in unreached if r.protect and not r.delete and not r.pending_replacement]
        if protected:
            raise PlanError("\n".join(map(_protected, protected)), protected[0] if len(protected) == 1 else "")
        gone = {resource.urn for resource in unreached}
        return [[_deletion(resource, gone) for resource in wave] for wave in antichains(unreached)]

    def _plan_replacement(self, goal: Goal, old: Resource, new: Resource, diff: DiffResult) -> list[Step]:
        if old.protect and new.protect:
            raise PlanError(
                f'unable to replace resource "{new.urn}"\nas it is currently marked for protection. To unprotect the resource, '
                "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
                new.urn,
            )
        self._replaced.add(new.urn)
        before = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if not before:
            return [CreateReplacement(old, new, diff, keep_old=True), Replace(old, new, diff)]
        swept = self._swept_along(old)
        swept += [resource for resource in self._tied_to(old) if resource not in swept]
        self._condemned.update((resource.urn, resource) for resource in swept)
        steps: list[Step] = [self._condemn(resource, None) for resource in reversed(swept)]
        removal = self._condemn(old, diff)
        condemned = removal.condemned or old
        return [*steps, removal, Replace(condemned, new, diff), CreateReplacement(condemned, new, diff, keep_old=False)]

    def _condemn(self, old: Resource, diff: DiffResult | None) -> DeleteReplaced:
        condemned = replace(old, pending_replacement=True)
        self._condemned[old.urn] = condemned
        return DeleteReplaced(old, condemned, diff, old.deleted_with in self._condemned)

    def _tied_to(self, root: Resource) -> list[Resource]:
        """What says by `replace_with` that it goes where `root` goes, and is not yet on the way."""
        found = [resource for resource in self._base if root.urn in resource.replace_with and not self._is_settled(resource)]
        for resource in found:
            if resource.protect:
                raise _protected_dependent(resource, root)
        return found

    def _is_settled(self, resource: Resource) -> bool:
        done = (self._claimed, self._condemned, self.renames)
        return resource.delete or any(resource.urn in found for found in done)

    def _swept_along(self, root: Resource) -> list[Resource]:
        """Those of root's dependents that would have to be replaced if what they take from it changed, antecedents first."""
        replaced = {root.urn}
        found = []
        for resource in dependents(self._base, root):
            if self._is_settled(resource):
                continue
            if resource.custom and not resource.external and self._must_follow(resource, replaced):
                if resource.protect:
                    raise _protected_dependent(resource, root)
                replaced.add(resource.urn)
                found.append(resource)
        return found

    def _must_follow(self, resource: Resource, replaced: set[str]) -> bool:
        if urns.split_reference(resource.provider)[0] in replaced:
            return True
        touched = {
            key for key, names in resource.property_dependencies.items() if key in resource.inputs and replaced & set(names)
        }
        if not touched:
            return False
        inputs = {key: UNKNOWN if key in touched else value for key, value in resource.inputs.items()}
        diff = with_replacements(self._differ(resource, inputs), resource.replace_on_changes, ())
        return bool(diff.replaces)

    def _claim_alias(self, urn: str, former: str) -> None:
        taken = former if former in self._claimed else self.renames.get(former)
        if taken is not None:
            raise PlanError(
                f"Duplicate resource alias '{former}' applied to resource with URN '{urn}' conflicting with resource with URN "
                f"'{taken}'",
                urn,
            )
        self.renames[former] = urn
        self._former[urn] = former

    def _former_urns(self, parent: str, type: str, name: str, aliases: Sequence[Alias]) -> list[str]:
        own = [self._alias_urn(parent, type, name, alias) for alias in aliases]
        former_parent = self._former.get(parent)
        if former_parent is None:
            return own
        inherited = [self._inherited(parent, former_parent, type, name)]
        inherited += [self._inherited(parent, former_parent, urns.type_of(urn), urns.name_of(urn)) for urn in own]
        return [*own, *inherited]

    def _alias_urn(self, parent: str, type: str, name: str, alias: Alias) -> str:
        if alias.urn:
            return alias.urn
        above = self._former.get(alias.parent, alias.parent) if alias.parent else parent
        return urns.make(
            alias.stack or self._stack,
            alias.project or self._project,
            "" if alias.no_parent else above,
            alias.type or type,
            alias.name or name,
        )

    def _inherited(self, parent: str, former_parent: str, type: str, name: str) -> str:
        """A child's earlier URN under its parent's earlier one; a name that begins with the parent's followed it."""
        rest = name.removeprefix(urns.name_of(parent))
        earlier = name if rest == name else urns.name_of(former_parent) + rest
        return urns.make(self._stack, self._project, former_parent, type, earlier)


def with_replacements(diff: DiffResult, paths: Sequence[str], init_errors: Sequence[str]) -> DiffResult:
    """`diff` with what `replace_on_changes` says: changes at these paths force a replacement."""
    if not paths or not (diff.changes or init_errors):
        return diff
    parsed = [property_path.parse(path) for path in paths]

    def forced(path: str) -> bool:
        inner = property_path.parse(path)
        return any(property_path.contains(outer, inner) for outer in parsed)

    replaces = [*diff.replaces, *(key for key in diff.keys if key not in diff.replaces and forced(key))]
    detailed = diff.detailed
    if detailed is not None:
        detailed = {path: _replacing(item) if forced(path) else item for path, item in detailed.items()}
        for path in detailed:
            key = str(property_path.parse(path)[0])
            if key not in replaces and forced(path):
                replaces.append(key)
    if init_errors and any(property_path.contains(outer, ("#initerror",)) for outer in parsed):
        replaces.append("#initerror")
    return replace(diff, changes=diff.changes or bool(replaces), replaces=tuple(replaces), detailed=detailed)


def is_triggered(old: Value, new: Value) -> bool:
    """Whether a replacement trigger has changed. One that is new, or gone, triggers nothing; one not yet known does."""
    if contains_unknown(old) or contains_unknown(new):
        return True
    return old is not None and new is not None and opened(old) != opened(new)


def _deletion(resource: Resource, gone: set[str]) -> Step:
    goes_along = resource.deleted_with in gone
    if resource.delete:
        return DeleteReplaced(resource, goes_along=goes_along)
    if resource.pending_replacement:
        return Forget(resource)
    return Discard(resource) if resource.external else Delete(resource, goes_along)


def _protected(urn: str) -> str:
    return (
        f'resource "{urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the `protect` '
        "flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n"
        f"`pulumi state unprotect '{urn}'`"
    )


def _protected_dependent(resource: Resource, root: Resource) -> PlanError:
    return PlanError(
        f'unable to replace resource "{resource.urn}" as part of replacing "{root.urn}" as it is currently marked for '
        "protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program and run "
        f"`pulumi up`, or use the command:\n`pulumi state unprotect '{resource.urn}'`",
        root.urn,
    )


def _replacing(item: PropertyDiff) -> PropertyDiff:
    return replace(item, kind=_REPLACING.get(item.kind, item.kind))


def _component_diff(old: Resource, new: Resource) -> DiffResult:
    return DiffResult(changes=not alike(old.inputs, new.inputs))
