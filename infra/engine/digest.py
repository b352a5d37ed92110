"""What `pulumi preview --json` prints, made of the steps of an operation (`display.PreviewDigest` of Pulumi). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.engine import urn as urns
from infra.engine.events import Diagnostic, ProgramOutput
from infra.engine.masking import MASK, jsonable
from infra.engine.project import StackConfig
from infra.engine.reporter import subject
from infra.engine.resource import Resource
from infra.engine.state import ORDER, as_stored
from infra.engine.steps import (
    CreateReplacement,
    DeleteReplaced,
    ImportReplacement,
    ReadReplacement,
    Refresh,
    Same,
    Skip,
    Step,
)

#: What the CLI leaves out of the digest (`shouldShow`).
_HIDDEN: Final = (CreateReplacement, DeleteReplaced, ImportReplacement, ReadReplacement, Skip)
#: How a digest ends.
_CLOSING: Final = ("duration", "changeSummary")


def digest(
    config: StackConfig,
    steps: Sequence[Step],
    diagnostics: Sequence[Diagnostic],
    changes: Mapping[str, int],
    seconds: float,
) -> dict[str, Any]:
    """The digest of a preview; `changes` counts operations, `seconds` becomes nanoseconds."""
    shown = shown_config(config)
    document: dict[str, Any] = {"config": shown} if shown else {}
    if entries := [_entry(step) for step in steps if _is_shown(step)]:
        document["steps"] = entries
    if diagnostics:
        document["diagnostics"] = [_diagnostic(item) for item in diagnostics]
    return document | {"duration": int(seconds * 1e9), "changeSummary": dict(sorted(changes.items()))}


def shown_config(config: StackConfig) -> dict[str, str]:
    """The configuration as it may be told."""
    return {key: MASK if key in config.secret_keys else value for key, value in config.values.items()}


def _is_shown(step: Step) -> bool:
    if subject(step).type == urns.STACK_TYPE:
        return True
    if isinstance(step, Same):
        return step.old.protect != step.new.protect
    return not isinstance(step, _HIDDEN)


def _entry(step: Step) -> dict[str, Any]:
    resource = subject(step)
    operation: str = step.operation
    old, new, diff = (getattr(step, name, None) for name in ("old", "new", "diff"))
    if isinstance(step, Refresh) and operation != "delete" and (diff is None or diff.detailed is None or operation == "same"):
        operation, new, diff = "refresh", step.old, None  # the CLI shows the outcome only where it has something to show
    entry: dict[str, Any] = {"op": operation, "urn": resource.urn}
    if resource.provider:
        entry["provider"] = resource.provider
    for key, state in (("oldState", old), ("newState", new)):
        if state is not None:
            entry[key] = state_json(state)
    if diff is not None and diff.keys:
        entry["diffReasons"] = list(diff.keys)
    if diff is not None and diff.replaces:
        entry["replaceReasons"] = list(diff.replaces)
    detailed = diff.detailed if diff is not None else None
    entry["detailedDiff"] = (
        {path: {"kind": item.kind, "inputDiff": item.input_diff} for path, item in sorted(detailed.items())}
        if detailed is not None
        else None
    )
    return entry


def state_json(resource: Resource) -> dict[str, Any]:
    """A resource as the CLI shows it: the checkpoint's form, secrets masked."""
    return dict(_fields(resource))


def _fields(resource: Resource) -> list[tuple[str, Any]]:
    found = []
    for key, name in ORDER:
        value = as_stored(name, getattr(resource, name))
        if value or name in {"urn", "custom", "type"}:
            found.append((key, _listed(jsonable(value))))
    return found


def _listed(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return value


def with_output(document: Mapping[str, Any], told: Sequence[Diagnostic | ProgramOutput]) -> dict[str, Any]:
    """A digest that also has what the program printed, which only the process that started it sees; `told` is all, in order."""
    found = {key: value for key, value in document.items() if key not in {"diagnostics", *_CLOSING}}
    if told:
        found["diagnostics"] = [_diagnostic(item) for item in told]
    return found | {key: document[key] for key in _CLOSING}


def _diagnostic(item: Diagnostic | ProgramOutput) -> dict[str, str]:
    if isinstance(item, ProgramOutput):
        return {"message": f"{item.line}\n\n", "severity": "info"}
    prefix = f"{item.severity}: " if item.severity in {"warning", "error"} else ""
    entry = {"message": f"{prefix}{item.message.rstrip()}\n", "severity": item.severity}
    return {"urn": item.urn, **entry} if item.urn else entry
