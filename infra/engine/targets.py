"""Which resources an operation is about: `--target`, `--exclude`, `--replace`, by URN or by pattern. Pure but for memory.

In a pattern `*` stands for anything but `:`, `**` for anything at all. One selection serves one operation, which asks it for
resources in the order of their dependencies: what depends on a target is learnt on the way. The rules are those of Pulumi's
step generator, `--target` before `--exclude` where both are given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from infra.engine import urn as urns
from infra.engine.errors import PlanError
from infra.engine.graph import dependents
from infra.engine.resource import Resource


@dataclass(frozen=True)
class Patterns:
    """URNs, and patterns of URNs."""

    texts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.texts)

    @property
    def literals(self) -> tuple[str, ...]:
        """Those that name one resource."""
        return tuple(text for text in self.texts if "*" not in text)

    def match(self, urn: str) -> bool:
        """Whether one of them means this resource; none of none does."""
        return any(pattern.fullmatch(urn) for pattern in self._compiled)

    @cached_property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_expression(text), re.DOTALL) for text in self.texts)


class Selection:
    """What an operation may touch."""

    def __init__(
        self,
        *,
        targets: Sequence[str] = (),
        excludes: Sequence[str] = (),
        replaces: Sequence[str] = (),
        target_dependents: bool = False,
        exclude_dependents: bool = False,
    ) -> None:
        self.targets, self.excludes = Patterns(tuple(targets)), Patterns(tuple(excludes))
        self.replaces = Patterns(tuple(replaces))
        self._target_dependents, self._exclude_dependents = target_dependents, exclude_dependents
        self._taken: set[str] = set()
        #: Resources that are not made because nobody asked for them.
        self.skipped: set[str] = set()

    @property
    def constrained(self) -> bool:
        """Whether anything is left alone."""
        return bool(self.targets or self.excludes)

    def check(self, base: Sequence[Resource], registered: Sequence[str] = ()) -> None:
        """Raise `PlanError` for a URN that is neither in the state nor in the program."""
        known = {resource.urn for resource in base} | set(registered)
        _refuse_unknown((*self.targets.literals, *self.excludes.literals), known)

    def check_replaces(self, base: Sequence[Resource]) -> None:
        """Raise `PlanError` for a URN to be replaced that is not in the state."""
        _refuse_unknown(self.replaces.literals, {resource.urn for resource in base})

    def includes(self, resource: Resource) -> bool:
        """Whether an update or a refresh is about this resource; what it answers counts for what comes later."""
        included = True
        if self.targets:
            included = self.targets.match(resource.urn) or (self._target_dependents and self._follows(resource))
            if included:
                self._taken.add(resource.urn)
        elif self.excludes:
            included = not self.excludes.match(resource.urn) and not (self._exclude_dependents and self._follows(resource))
            if not included:
                self._taken.add(resource.urn)
        return included

    def registers(self, resource: Resource) -> bool:
        """`includes` for what a program registers: provider resources and the stack itself are always of the party."""
        implied = resource.is_provider or resource.type == urns.STACK_TYPE
        return self.includes(resource) or implied

    def lacks(self, resource: Resource) -> bool:
        """Whether a resource needs one that is not made."""
        return not self.skipped.isdisjoint(resource.antecedents)

    def refuse_missing(self, resource: Resource) -> None:
        """Raise `PlanError` for what needs a resource that is not made because nobody asked for it."""
        if self.targets or self.replaces:
            for urn in resource.antecedents:
                if urn in self.skipped:
                    raise PlanError(
                        f"Resource '{resource.urn}' depends on '{urn}' which was not specified in --target list.",
                        resource.urn,
                    )

    def deleted(self, unreached: Sequence[Resource], base: Sequence[Resource]) -> list[Resource]:
        """Of what is to be deleted, what may be. Raises `PlanError` where more than the targets would have to go."""
        if self.targets:
            return self._deleted_targets(unreached, base)
        if self.excludes:
            kept = self._kept(base)
            return [resource for resource in unreached if resource.urn not in kept]
        return list(unreached)

    def _deleted_targets(self, unreached: Sequence[Resource], base: Sequence[Resource]) -> list[Resource]:
        going: set[str] = set()
        for resource in base:
            if self.targets.match(resource.urn):
                going |= {resource.urn, *(dependent.urn for dependent in dependents(base, resource))}
        deleted = [resource for resource in unreached if resource.urn in going]
        others = [resource.urn for resource in deleted if not self.targets.match(resource.urn)]
        if others and not self._target_dependents:
            raise PlanError(
                "\n".join(f"Resource '{urn}' will be destroyed but was not specified in --target list." for urn in others)
                + "\nEither include resource in --target list or pass --target-dependents to proceed."
            )
        return deleted

    def _kept(self, base: Sequence[Resource]) -> set[str]:
        """What is excluded, what depends on it if so asked, and everything that any of these needs."""
        kept = {resource.urn for resource in base if self.excludes.match(resource.urn)}
        if self._exclude_dependents:
            for resource in [resource for resource in base if resource.urn in kept]:
                kept |= {dependent.urn for dependent in dependents(base, resource)}
        for resource in reversed(base):
            if resource.urn in kept:
                kept |= set(resource.antecedents)
        return kept

    def _follows(self, resource: Resource) -> bool:
        return any(urn in self._taken for urn in resource.antecedents)


def _refuse_unknown(literals: Sequence[str], known: set[str]) -> None:
    for urn in literals:
        if urn not in known:
            hint = "" if "$" in urn else " Did you forget to escape $ in your shell?"
            raise PlanError(f"Target '{urn}' could not be found in the stack.{hint}")


def _expression(text: str) -> str:
    parts = ("[^:]*".join(map(re.escape, part.split("*"))) for part in text.split("**"))
    return ".*".join(parts)
