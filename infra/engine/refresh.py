"""The state against the world: every resource is looked at, and its record becomes what was found. No program runs.

Whether something changed is the provider's word: what would it have to do to get from what it found to what was asked for? The
answer is turned round, because here the world is right (`RefreshStep` of Pulumi). What is gone leaves the state, and what named
it names it no longer.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from infra.engine import property_path
from infra.engine.clock import Clock, rfc3339
from infra.engine.configured import ConfiguredProviders
from infra.engine.errors import CancelledError
from infra.engine.gate import Gate
from infra.engine.ports import BulkReader, DiffKind, DiffResult, Found, PartialFailure, PropertyDiff, Reading
from infra.engine.reporter import Reporter
from infra.engine.resource import Resource
from infra.engine.secrecy import secret_outputs
from infra.engine.snapshot import Snapshot
from infra.engine.steps import Refresh

#: Fewer resources of one provider than this are read singly at once.
_MANY: Final = 2
_OPPOSITE: Final[Mapping[DiffKind, DiffKind]] = {
    "add": "delete",
    "add-replace": "delete-replace",
    "delete": "add",
    "delete-replace": "add-replace",
}


class Refresher:
    """Looks at the resources of one operation. `counted`: the operation is a refresh, so what it finds is its summary."""

    def __init__(
        self,
        snapshot: Snapshot,
        providers: ConfiguredProviders,
        reporter: Reporter,
        gate: Gate,
        *,
        parallel: int,
        counted: bool,
        clock: Clock,
    ) -> None:
        self._snapshot, self._providers, self._reporter, self._gate = snapshot, providers, reporter, gate
        self._parallel, self._counted, self._clock = parallel, counted, clock

    def run(self, included: Callable[[Resource], bool] = lambda resource: True) -> None:
        """Look at what is included. A resource that cannot be read stays as it is; the others are looked at all the same."""
        chosen = [resource for resource in self._snapshot.unreached() if included(resource)]
        found = self._listed([resource for resource in chosen if is_read(resource)])
        with ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="refresh") as pool:
            for future in [pool.submit(self._refresh, resource, found) for resource in chosen]:
                future.result()
        self._repair()

    def _listed(self, resources: Sequence[Resource]) -> dict[Resource, Found | None]:
        """What lists say, where the provider has lists."""
        groups: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            groups[resource.provider].append(resource)
        found: dict[Resource, Found | None] = {}
        for reference, group in groups.items():
            if len(group) >= _MANY:
                found.update(self._asked(reference, group))
        return found

    def _asked(self, reference: str, group: Sequence[Resource]) -> dict[Resource, Found | None]:
        try:
            provider = self._providers.get(reference)
            if not isinstance(provider, BulkReader):
                return {}
            readings = {reading(resource): resource for resource in group}
            return {readings[asked]: answer for asked, answer in provider.read_many(list(readings)).items()}
        except Exception as error:
            self._fail(error, group[0])
            return {}

    def _refresh(self, resource: Resource, found: Mapping[Resource, Found | None]) -> None:
        if self._gate.stopped:
            return
        begun = time.monotonic()
        try:
            step = self._looked_at(resource, found) if is_read(resource) else Refresh("same", resource, resource)
        except CancelledError:
            return
        except Exception as error:
            self._fail(error, resource)
            return
        if step.new is None:
            self._snapshot.retire(resource)
        elif step.new is not resource:
            self._snapshot.amend(resource, step.new)
        self._reporter.refreshed(step, time.monotonic() - begun, counted=self._counted)

    def _looked_at(self, old: Resource, listed: Mapping[Resource, Found | None]) -> Refresh:
        init_errors: tuple[str, ...] = ()
        try:
            found = listed[old] if old in listed else self._read(old)
        except PartialFailure as failure:
            found = Found(failure.created.id, old.inputs, failure.created.outputs)
            init_errors = failure.reasons
            told = "\n".join(f"* {reason}" for reason in failure.reasons)
            self._reporter.diagnose("warning", f"Refreshed resource is in an unhealthy state:\n{told}", old.urn)
        if found is None:
            return Refresh("delete", old, None)
        new = self._record(old, found, init_errors)
        if old.external:
            return Refresh("same" if new.outputs == old.outputs else "update", old, new)
        diff = self._difference(old, new)
        return Refresh("update" if diff.changes else "same", old, new, diff)

    def _read(self, old: Resource) -> Found | None:
        provider = self._providers.get(old.provider)
        return provider.read(old.subject, old.id, old.inputs, old.outputs)

    def _record(self, old: Resource, found: Found, init_errors: tuple[str, ...]) -> Resource:
        outputs = secret_outputs(found.outputs, old.inputs, old.additional_secret_outputs)
        same = found.inputs == old.inputs and outputs == old.outputs
        return replace(
            old,
            id=found.id or old.id,
            inputs=found.inputs,
            outputs=outputs,
            init_errors=init_errors,
            refresh_before_update=False,
            modified=old.modified if same else rfc3339(self._clock()),
        )

    def _difference(self, old: Resource, new: Resource) -> DiffResult:
        """How the world differs from what was asked for."""
        wanted = old.inputs
        for path in old.ignore_changes:
            wanted = property_path.reset(property_path.parse(path), new.inputs, wanted)
        diff = self._providers.get(old.provider).diff(new.subject, new.id, new.inputs, new.outputs, wanted)
        return turned_round(diff)

    def _fail(self, error: Exception, resource: Resource) -> None:
        message = f"reading {resource.urn}: {error if str(error) else type(error).__name__}"
        if message not in self._gate.errors:
            self._gate.fail(message)
            self._reporter.failed(error, resource.urn)

    def _repair(self) -> None:
        """Let no record name one that has left the state."""
        living: set[str] = set()
        for resource in self._snapshot.unreached():
            repaired = _repaired(resource, living)
            if repaired is not resource:
                self._snapshot.amend(resource, repaired)
            living.add(resource.urn)


def is_read(resource: Resource) -> bool:
    """Whether there is something in the world behind a record."""
    return resource.custom and not resource.is_provider and not resource.pending_replacement


def reading(resource: Resource) -> Reading:
    """What a provider is asked about a resource."""
    return Reading(resource.subject, resource.id, resource.inputs, resource.outputs)


def turned_round(diff: DiffResult) -> DiffResult:
    """The difference seen from the other side: what is to be added there was taken away here. Nothing is replaced for it."""
    diff = replace(diff, replaces=())
    if diff.detailed is None:
        return diff
    detailed = {
        path: PropertyDiff(_OPPOSITE.get(item.kind, item.kind), item.input_diff) for path, item in diff.detailed.items()
    }
    return replace(diff, detailed=detailed)


def _repaired(resource: Resource, living: set[str]) -> Resource:
    by_property = {
        key: kept
        for key, names in resource.property_dependencies.items()
        if (kept := tuple(urn for urn in names if urn in living))
    }
    repaired: dict[str, Any] = {
        "dependencies": tuple(urn for urn in resource.dependencies if urn in living),
        "property_dependencies": by_property,
        "deleted_with": resource.deleted_with if resource.deleted_with in living else "",
        "replace_with": tuple(urn for urn in resource.replace_with if urn in living),
        "parent": resource.parent if resource.parent in living else "",
    }
    if all(getattr(resource, name) == value for name, value in repaired.items()):
        return resource
    return replace(resource, **repaired)
