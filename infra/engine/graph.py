"""Who depends on whom among the resources of a state. Pure.

A state may hold several records of one URN (the new one and replaced ones that wait for deletion); an edge by URN leads to
the live record where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.engine.resource import Resource


@dataclass(frozen=True, slots=True)
class Knot:
    """Why a sequence of resources is not a sound state: `resource` names something that does not come before it."""

    resource: str
    missing: str
    relation: str


def dependents(resources: Sequence[Resource], root: Resource) -> list[Resource]:
    """All that transitively depends on `root`, children included, in the order of `resources` (antecedents first)."""
    reached = {root.urn}
    found = []
    for resource in resources:
        if resource is root or resource.urn == root.urn:
            continue
        if any(urn in reached for urn in resource.antecedents):
            reached.add(resource.urn)
            found.append(resource)
    return found


def antichains(condemned: Iterable[Resource]) -> list[list[Resource]]:
    """`condemned` in waves: what is in one wave can be deleted at once, when all earlier waves are gone.

    Dependents go before what they depend on. Within a cycle (a state that contradicts itself) the last record goes first.
    """
    left = list(condemned)
    waves = []
    while left:
        needed = {urn for resource in left for urn in resource.antecedents if urn != resource.urn}
        wave = [resource for resource in left if resource.urn not in needed] or [left[-1]]
        waves.append(wave)
        gone = set(wave)
        left = [resource for resource in left if resource not in gone]
    return waves


def in_order(resources: Sequence[Resource]) -> list[Resource]:
    """`resources` with whatever stands before one of its antecedents moved behind it; a sound order stays as it is."""
    by_urn = {resource.urn: resource for resource in resources if resource.delete}
    by_urn |= {resource.urn: resource for resource in resources if not resource.delete}
    ordered: dict[Resource, None] = {}
    entered: set[Resource] = set()
    for resource in resources:
        way = [resource]
        while way:
            entered.add(way[-1])
            needed = (by_urn.get(urn) for urn in way[-1].antecedents)
            missing = next((item for item in needed if item is not None and item not in entered), None)
            if missing is None:
                ordered.setdefault(way.pop())
            else:
                way.append(missing)
    return list(ordered)


def knots(resources: Sequence[Resource]) -> list[Knot]:
    """What is unsound in a state: a relation to something that is not there or comes later, or a URN twice."""
    found = []
    seen: set[str] = set()
    for resource in resources:
        for relation, urn in _relations(resource):
            if urn and urn not in seen:
                found.append(Knot(resource.urn, urn, relation))
        if not resource.delete:
            if resource.urn in seen:
                found.append(Knot(resource.urn, resource.urn, "duplicate"))
            seen.add(resource.urn)
    return found


def told(knots: Sequence[Knot]) -> str:
    """What is unsound, in words; the first few of many."""
    shown = [
        f"{knot.resource} is there twice"
        if knot.relation == "duplicate"
        else f"{knot.resource} comes before its {knot.relation} {knot.missing}, or that is missing"
        for knot in knots[:3]
    ]
    return "; ".join(shown) + (f"; and {len(knots) - 3} more" if len(knots) > 3 else "")


def _relations(resource: Resource) -> list[tuple[str, str]]:
    provider = resource.provider.rpartition("::")[0]
    pairs = [("provider", provider), ("parent", resource.parent)]
    pairs += [("dependency", urn) for urn in resource.dependencies]
    return pairs
