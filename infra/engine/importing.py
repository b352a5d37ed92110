"""Resources that exist, taken over into the state without a program (`pulumi import`; `deploy/import.go` of Pulumi).

What the state has stays as it is. Each resource is read by its id and recorded as the provider would have it written; providers
that the state lacks are made first, and so is the stack.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from infra.engine import urn as urns
from infra.engine.configured import ConfiguredProviders
from infra.engine.errors import CancelledError, EngineError, PlanError
from infra.engine.executor import Executor
from infra.engine.import_file import ImportSpec
from infra.engine.registration import Registrar
from infra.engine.reporter import Reporter
from infra.engine.resource import Goal, Resource
from infra.engine.snapshot import Snapshot
from infra.engine.steps import Import, Same
from infra.engine.values import Properties


class ImportStopped(EngineError):
    """Something could not be taken over; it has been told."""


class Importer:
    """One operation's imports. `reference` answers the default provider of a package in a version, made if need be."""

    def __init__(
        self,
        base: Sequence[Resource],
        *,
        stack_name: str,
        registrar: Registrar,
        executor: Executor,
        snapshot: Snapshot,
        providers: ConfiguredProviders,
        reporter: Reporter,
        reference: Callable[[str, str], str],
        parallel: int,
    ) -> None:
        self._known = {resource.urn: resource for resource in base if not resource.delete}
        self._stack_name, self._registrar, self._executor = stack_name, registrar, executor
        self._snapshot, self._providers, self._reporter = snapshot, providers, reporter
        self._reference, self._parallel = reference, parallel

    def run(self, specs: Sequence[ImportSpec]) -> None:
        """Take them over. Raises `ImportStopped` for what cannot be, `PlanError` for what must not."""
        for resource in self._known.values():
            if not urns.is_default_provider(resource.urn):  # those are registered when they are asked for
                self._executor.run([Same(resource, replace(resource, id=""))])
        stack = next((resource for resource in self._known.values() if resource.type == urns.STACK_TYPE), None)
        if stack is None:
            stack = self._registered(Goal(type=urns.STACK_TYPE, name=self._stack_name, custom=False, properties={}))
        wanted = [spec for spec in specs if not self._is_there(spec)]
        for spec in wanted:
            if urns.is_provider(spec.type):
                self._known[spec.urn] = self._made(spec, stack)
        records = [self._record(spec, stack) for spec in wanted if not urns.is_provider(spec.type)]
        self._in_waves(records, {spec.urn: spec for spec in wanted})

    def _is_there(self, spec: ImportSpec) -> bool:
        """Whether the state has just this already. Raises `PlanError` where it has another one in its place."""
        old = self._known.get(spec.urn)
        if old is None:
            return False
        if urns.is_provider(spec.type) or (old.import_id or old.id) == spec.id:
            return True
        raise PlanError(f"resource '{spec.urn}' already exists", spec.urn)

    def _made(self, spec: ImportSpec, stack: Resource) -> Resource:
        goal = Goal(
            type=spec.type,
            name=spec.name,
            custom=True,
            properties=dict(spec.inputs),
            parent=spec.parent or stack.urn,
            protect=spec.protect,
        )
        return self._registered(goal, version=spec.version)

    def _registered(self, goal: Goal, version: str = "") -> Resource:
        try:
            return self._registrar.register(goal, version=version)
        except EngineError as error:
            raise ImportStopped(str(error)) from error

    def _record(self, spec: ImportSpec, stack: Resource) -> Resource:
        if spec.provider and spec.provider not in self._known:
            raise PlanError(f"the provider {spec.provider} is not in the state: declare it among the resources", spec.urn)
        provider = "" if spec.component else self._provider_of(spec)
        return Resource(
            urn=spec.urn,
            type=spec.type,
            custom=not spec.component,
            inputs=dict(spec.inputs),
            parent=spec.parent or stack.urn,
            provider=provider,
            protect=spec.protect,
            import_id=spec.id,
        )

    def _provider_of(self, spec: ImportSpec) -> str:
        if spec.provider:
            return self._known[spec.provider].reference
        package = urns.package_of(spec.type)
        try:
            return self._reference(package, spec.version or _installed(package))
        except EngineError as error:
            raise ImportStopped(str(error)) from error

    def _in_waves(self, records: Sequence[Resource], specs: dict[str, ImportSpec]) -> None:
        """Parents before their children, else at once."""
        waiting = list(records)
        while waiting:
            left = {record.urn for record in waiting}
            wave = [record for record in waiting if record.parent not in left]
            waiting = [record for record in waiting if record.parent in left]
            for record in wave:
                if record.parent not in self._known and not self._snapshot.get(record.parent):
                    raise PlanError(f"unknown parent '{record.parent}' for resource '{record.urn}'", record.urn)
            with ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="import") as pool:
                done = [pool.submit(self._take_over, record, specs[record.urn]) for record in wave]
            for failure in [future.exception() for future in done]:
                if failure is not None and not isinstance(failure, CancelledError):
                    raise ImportStopped(str(failure)) from failure

    def _take_over(self, record: Resource, spec: ImportSpec) -> None:
        taken = self._executor.run([Import(record)])
        read = taken.inputs
        inputs = {**{key: value for key, value in spec.inputs.items() if key not in read}, **read}
        if spec.properties:
            inputs = {key: value for key, value in inputs.items() if key in spec.properties}
        # The CLI forgets by which id it took something over, too.
        self._snapshot.amend(taken, replace(taken, inputs=inputs, import_id=""))
        if taken.custom:
            self._warn_of(taken, read, inputs, spec)

    def _warn_of(self, taken: Resource, read: Properties, inputs: Properties, spec: ImportSpec) -> None:
        answer = self._providers.get(taken.provider).check(taken.subject, read, inputs)
        if answer.failures:
            advice = (
                "Try specifying a different set of properties to import with in the future."
                if spec.properties
                else f"This is almost certainly a bug in the `{urns.package_of(taken.type)}` provider."
            )
            self._reporter.diagnose(
                "warning",
                f"One or more imported inputs failed to validate. {advice} The import will still proceed, but you will need to "
                "edit the generated code after copying it into your program.",
                taken.urn,
            )
        for failure in answer.failures:
            self._reporter.diagnose("warning", _told(taken, failure), taken.urn)


def _told(taken: Resource, failure: Any) -> str:
    where = f" property {failure.property!r} value" if failure.property else ""
    return f"{taken.type} resource '{taken.name}':{where} has a problem: {failure.reason}"


def _installed(package: str) -> str:
    """The version of the package's SDK, whose provider a program would ask for; empty if there is none."""
    try:
        return importlib.metadata.version(f"pulumi-{package}")
    except importlib.metadata.PackageNotFoundError:
        return ""
