"""Which version a checkpoint or an exported state has: 3, or 4 with the features that older engines would lose. Pure.

Follows `DeploymentSchemaVersionLatest` and `ApplyFeatures` of Pulumi (`pkg/resource/stack/deployment.go`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from infra.engine.errors import CorruptStateError
from infra.engine.resource import Resource

PLAIN: Final = 3
FEATURED: Final = 4
#: The features that this engine knows, with the field of a stored resource that makes a state need them.
_FIELDS: Final = {
    "hooks": "resourceHooks",
    "refreshBeforeUpdate": "refreshBeforeUpdate",
    "replaceWith": "replaceWith",
    "taint": "taint",
}


def heading(features: Iterable[str]) -> dict[str, Any]:
    """The version that a state with these features has, as the first keys of its document."""
    found = sorted(set(features))
    return {"version": FEATURED, "features": found} if found else {"version": PLAIN}


def stored_features(records: Iterable[Mapping[str, Any]]) -> set[str]:
    """What a state with these stored resources needs."""
    return {feature for record in records for feature, field in _FIELDS.items() if record.get(field)}


def features(resources: Iterable[Resource]) -> set[str]:
    """What a state with these resources needs."""
    found = set()
    for resource in resources:
        if resource.hooks:
            found.add("hooks")
        if resource.refresh_before_update:
            found.add("refreshBeforeUpdate")
        if resource.replace_with:
            found.add("replaceWith")
        if resource.taint:
            found.add("taint")
    return found


def refuse_unreadable(document: Mapping[str, Any], source: str) -> None:
    """Raise `CorruptStateError` for a version or a feature that this engine does not know."""
    version = document.get("version")
    if version not in {PLAIN, FEATURED}:
        raise CorruptStateError(
            f"{source} is a state of version {version}, this engine reads versions {PLAIN} and {FEATURED}: carry on with the "
            "Pulumi CLI that wrote it"
        )
    unknown = set(document.get("features") or ()) - set(_FIELDS)
    if unknown:
        raise CorruptStateError(
            f"{source} needs support for the following features, which this engine does not have: "
            f"{', '.join(sorted(unknown))}. Carry on with the Pulumi CLI that wrote it"
        )
