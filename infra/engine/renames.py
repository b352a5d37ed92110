"""A state after renames: every reference by an earlier URN leads to today's. Pure.

Follows `NormalizeURNReferences` of Pulumi: a state that is written holds no aliases, because a resource that later takes an
earlier name of another one would be confused with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from infra.engine import urn as urns
from infra.engine.resource import Resource


def settled(resources: Sequence[Resource], renames: Mapping[str, str]) -> list[Resource]:
    """`resources`, parents first, under today's URNs and without aliases. `renames` has today's URNs by earlier ones.

    A child that the program did not reach follows its parent: the parent's types are part of its URN.
    """
    today = dict(renames)
    for resource in resources:
        today.update(dict.fromkeys(resource.aliases, resource.urn))
        parent = today.get(resource.parent)
        if parent and urns.type_of(parent) != urns.STACK_TYPE:
            today[resource.urn] = urns.child_of(parent, resource.urn)
    return [_settled(resource, today) for resource in resources] if today else list(resources)


def _settled(resource: Resource, today: Mapping[str, str]) -> Resource:
    if not resource.aliases and resource.urn not in today and not any(urn in today for urn in resource.antecedents):
        return resource
    provider, id = urns.split_reference(resource.provider)
    return replace(
        resource,
        urn=today.get(resource.urn, resource.urn),
        aliases=(),
        parent=today.get(resource.parent, resource.parent),
        deleted_with=today.get(resource.deleted_with, resource.deleted_with),
        replace_with=tuple(today.get(urn, urn) for urn in resource.replace_with),
        provider=urns.reference(today.get(provider, provider), id) if resource.provider else "",
        dependencies=tuple(today.get(urn, urn) for urn in resource.dependencies),
        property_dependencies={
            key: tuple(today.get(urn, urn) for urn in found) for key, found in resource.property_dependencies.items()
        },
    )
