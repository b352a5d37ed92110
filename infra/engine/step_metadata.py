"""A step as the CLI's event log has it (`apitype.StepEventMetadata` of Pulumi). Pure; secrets are masked.

What the CLI fills in while a step runs (the id, the outputs, that a record waits for its deletion) is handed in: records are
frozen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.engine.events import Operation
from infra.engine.masking import MASK
from infra.engine.ports import DiffResult
from infra.engine.resource import Resource
from infra.engine.steps import (
    CreateReplacement,
    DeleteReplaced,
    Forget,
    ImportReplacement,
    ReadReplacement,
    Refresh,
    Step,
)
from infra.engine.values import ASSET_SIGNATURE, SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN, UNKNOWN_STRING, Secret, Value

#: What only serves another step: `logical` is left out.
_SERVING: Final = (CreateReplacement, DeleteReplaced, Forget, ImportReplacement, ReadReplacement, Refresh)
_ELIDED: Final = "<contents elided>"


def step_metadata(step: Step, operation: Operation, old: Resource | None, new: Resource | None) -> dict[str, Any]:
    """`old` and `new` are the records as they are at the moment that the event is about."""
    subject = new or old
    if subject is None:
        raise ValueError("a step is about a resource")
    diff: DiffResult | None = None if isinstance(step, DeleteReplaced) else getattr(step, "diff", None)
    found: dict[str, Any] = {
        "op": operation,
        "urn": subject.urn,
        "type": subject.type,
        "old": _state(old),
        "new": _state(new),
    }
    if diff is not None and diff.replaces:
        found["keys"] = list(diff.replaces)
    if diff is not None and diff.keys:
        found["diffs"] = list(diff.keys)
    found["detailedDiff"] = _detailed(diff)
    if not isinstance(step, _SERVING):
        found["logical"] = True
    return found | {"provider": subject.provider}


def _detailed(diff: DiffResult | None) -> dict[str, Any] | None:
    if diff is None or diff.detailed is None:
        return None
    return {path: {"diffKind": item.kind, "inputDiff": item.input_diff} for path, item in sorted(diff.detailed.items())}


def _state(resource: Resource | None) -> dict[str, Any] | None:
    if resource is None:
        return None
    optional = {
        "custom": resource.custom,
        "delete": resource.delete,
        "protect": resource.protect,
        "external": resource.external,
        "retainOnDelete": resource.retain_on_delete,
    }
    listed = {"initErrors": list(resource.init_errors), "hideDiffs": list(resource.hide_diffs)}
    return {
        "type": resource.type,
        "urn": resource.urn,
        **{key: True for key, value in optional.items() if value},
        "id": resource.id,
        "parent": resource.parent,
        "inputs": _shown(resource.inputs),
        "outputs": _shown(resource.outputs),
        "provider": resource.provider,
        **{key: value for key, value in listed.items() if value},
    }


def _shown(value: Value) -> Any:
    if isinstance(value, Secret):
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": MASK}
    if isinstance(value, Mapping):
        shown = {key: _shown(value[key]) for key in sorted(value)}
        return shown | {"text": _ELIDED} if value.get(SIGNATURE_KEY) == ASSET_SIGNATURE and "text" in value else shown
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return UNKNOWN_STRING if value is UNKNOWN else value
