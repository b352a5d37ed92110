"""Requests to goals. What this engine does not do is refused here, by name."""

from __future__ import annotations

import re
from typing import Any, Final

from infra.engine.errors import PlanError, UnsupportedError
from infra.engine.ports import Timeouts
from infra.engine.resource import Alias, Goal, HookMoment, Hooks
from infra.engine.rpc.positions import Positions
from infra.engine.rpc.wire import from_struct, from_value

_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_MOMENTS: Final[dict[HookMoment, str]] = {
    "BeforeCreate": "before_create",
    "AfterCreate": "after_create",
    "BeforeUpdate": "before_update",
    "AfterUpdate": "after_update",
    "BeforeDelete": "before_delete",
    "AfterDelete": "after_delete",
    "OnError": "on_error",
}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")


def goal_of(request: Any, positions: Positions) -> Goal:
    """The goal of a RegisterResourceRequest."""
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        properties=from_struct(request.object),
        parent=request.parent,
        provider=request.provider,
        dependencies=tuple(sorted(request.dependencies)),
        property_dependencies={key: tuple(sorted(item.urns)) for key, item in sorted(request.propertyDependencies.items())},
        aliases=(*(Alias(urn=urn) for urn in request.aliasURNs), *(_alias(item) for item in request.aliases)),
        protect=request.protect if request.HasField("protect") else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        import_id=request.importId,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        replacement_trigger=from_value(request.replacement_trigger) if request.HasField("replacement_trigger") else None,
        timeouts=_timeouts(request.customTimeouts),
        hide_diffs=tuple(request.hideDiffs),
        hooks=_hooks(request.hooks),
        source_position=positions.position(request),
        stack_trace=positions.trace(request),
    )


def read_goal_of(request: Any, positions: Positions) -> Goal:
    """The goal of a ReadResourceRequest."""
    _refuse_packages(request, f"{request.type} {request.name!r}")
    return Goal(
        type=request.type,
        name=request.name,
        custom=True,
        properties=from_struct(request.properties),
        parent=request.parent,
        provider=request.provider,
        dependencies=tuple(sorted(request.dependencies)),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        source_position=positions.position(request),
        stack_trace=positions.trace(request),
    )


def seconds(text: str) -> float | None:
    """A duration as Go writes it (`1h30m`) in seconds, None for an empty one. Raises `PlanError` for what is none."""
    if not text:
        return None
    parts = _DURATION.findall(text)
    if "".join(number + unit for number, unit in parts) != text:
        raise PlanError(f"custom_timeouts: {text!r} is no duration; write it like 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _alias(item: Any) -> Alias:
    if item.WhichOneof("alias") == "urn":
        return Alias(urn=item.urn)
    spec = item.spec
    return Alias(
        name=spec.name,
        type=spec.type,
        stack=spec.stack,
        project=spec.project,
        parent=spec.parentUrn,
        no_parent=spec.noParent,
    )


def _timeouts(given: Any) -> Timeouts:
    return Timeouts(
        create=seconds(given.create), update=seconds(given.update), delete=seconds(given.delete), read=seconds(given.read)
    )


def _hooks(binding: Any) -> Hooks:
    found = {moment: tuple(getattr(binding, field)) for moment, field in _MOMENTS.items()}
    return {moment: names for moment, names in found.items() if names}


def refuse_unsupported(request: Any) -> None:
    """Raises `UnsupportedError` for what a RegisterResourceRequest asks and this engine does not do."""
    unsupported = {
        "remote components": request.remote,
        "the resource option env_var_mappings": bool(request.envVarMappings),
    }
    where = f"{request.type} {request.name!r}"
    for feature, used in unsupported.items():
        if used:
            raise UnsupportedError(f"{where}: {feature}: not supported by this engine; do without, or use the Pulumi CLI")
    _refuse_packages(request, where)


def _refuse_packages(request: Any, where: str) -> None:
    if request.packageRef:
        raise UnsupportedError(f"{where}: parameterized packages: not supported by this engine; use the Pulumi CLI")
