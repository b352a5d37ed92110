"""What a program asks for, answered: registrations, reads, outputs and invokes. Called from many threads at once.

It turns a goal into a record, asks the provider to check and compare, lets the planner decide and the executor act.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from infra.engine import property_path
from infra.engine import urn as urns
from infra.engine.configured import ConfiguredProviders
from infra.engine.defaults import DefaultProviders
from infra.engine.errors import CancelledError, EngineError, PlanError
from infra.engine.executor import Executor
from infra.engine.gate import Gate
from infra.engine.masking import hidden, in_braces
from infra.engine.planner import Planner, is_triggered
from infra.engine.ports import CheckFailure, CheckResult, DiffResult, DiffUnavailable, ProviderError
from infra.engine.reporter import Reporter
from infra.engine.resource import Goal, Resource
from infra.engine.snapshot import Snapshot
from infra.engine.steps import CreateReplacement, Replace, Same, Skip, Step
from infra.engine.targets import Selection
from infra.engine.values import (
    RESOURCE_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN_STRING,
    Properties,
    Secret,
    Value,
    contains_unknown,
)


class Registrar:
    """One operation's answers to its program."""

    def __init__(
        self,
        *,
        planner: Planner,
        executor: Executor,
        snapshot: Snapshot,
        providers: ConfiguredProviders,
        defaults: DefaultProviders,
        reporter: Reporter,
        gate: Gate,
        preview: bool,
        destroying: bool,
        selection: Selection,
    ) -> None:
        self._preview, self._destroying = preview, destroying
        self._planner, self._executor, self._snapshot = planner, executor, snapshot
        self._providers, self._defaults, self._reporter, self._gate = providers, defaults, reporter, gate
        self._selection = selection
        self._planning = threading.Lock()
        self._inherited: dict[str, Mapping[str, str]] = {}
        #: URNs of what the program registered so far.
        self.registered: list[str] = []
        #: What the program registered as the stack's outputs; None if it never came so far.
        self.stack_outputs: Properties | None = None

    def register(self, goal: Goal, *, version: str = "", providers: Mapping[str, str] | None = None) -> Resource:
        """Bring one resource to what the program wants. `providers` are references by package, for the children too.

        Raises `EngineError`; it has then been reported, and nothing new begins.
        """
        providers = providers or {}
        with self.reported():
            if urns.is_provider(goal.type):
                goal = replace(goal, properties=goal.properties | _own_inputs(version))
            elif goal.custom and not goal.provider:
                goal = replace(goal, provider=self._provider_for(goal, providers, version))
            with self._planning:
                self._gate.check()
                urn, old = self._planner.claim(goal.parent, goal.type, goal.name, goal.aliases)
                if not goal.custom:
                    self._inherited[urn] = {**self._inherited.get(goal.parent, {}), **providers}
                asked = _record(goal, urn, old, goal.properties)
                included = self._selected(asked)
                taken_over = included and not self._destroying and self._planner.is_import(goal, old)
                if not included:
                    steps = [self._left_alone(asked, old)]
                elif self._destroying and (self._selection.lacks(asked) or (goal.custom and not asked.is_provider)):
                    steps = [self._only_known(asked, old)]
                elif taken_over:
                    steps = self._planner.plan_import(old, _record(goal, urn, old, goal.properties))
                else:
                    steps = self._plan(goal, urn, old)
                self._executor.announce(steps)
        resource = self._executor.run(steps)
        return self._adjust(goal, resource) if taken_over else resource

    def _adjust(self, goal: Goal, imported: Resource) -> Resource:
        """What has been taken over, made what the program says. Raises `PlanError` if only another would do."""
        with self.reported(), self._planning:
            self._gate.check()
            imported = self._snapshot.get(imported.urn) or imported
            steps = self._plan(goal, imported.urn, imported)
            if all(isinstance(step, Same) for step in steps):
                return imported
            self._executor.announce(steps)
        return self._executor.run(steps)

    def read(self, goal: Goal, id: str, *, version: str = "") -> Resource:
        """Look at a resource that others own. An unknown `id` (in a preview) yields a resource without outputs."""
        with self.reported():
            if not goal.provider:
                goal = replace(goal, provider=self._provider_for(goal, {}, version))
            with self._planning:
                self._gate.check()
                urn, old = self._planner.claim(goal.parent, goal.type, goal.name)
                new = Resource(
                    urn=urn,
                    type=goal.type,
                    custom=True,
                    id=id,
                    inputs=goal.properties,
                    parent=goal.parent,
                    external=True,
                    dependencies=goal.dependencies,
                    provider=goal.provider,
                    additional_secret_outputs=goal.additional_secret_outputs,
                    aliases=_aliases(urn, old),
                    source_position=goal.source_position,
                    stack_trace=goal.stack_trace,
                )
                steps = self._planner.plan_read(new, old)
        return self._executor.run(steps)

    def register_outputs(self, urn: str, outputs: Properties) -> None:
        """The outputs of a component; the stack's are kept until the operation is done."""
        with self.reported():
            resource = self._snapshot.get(urn)
            if urn in self._selection.skipped:
                return
            if resource is None:
                raise PlanError(f"cannot complete a resource {urn!r} whose registration isn't pending")
            if resource.type == urns.STACK_TYPE:
                self.stack_outputs = outputs
            elif resource.outputs != outputs:
                completed = replace(resource, outputs=outputs)
                self._snapshot.amend(resource, completed)
                self._reporter.registered(completed)
                self._executor.completed(completed)
            else:
                self._reporter.registered(resource)
                self._executor.completed(resource)

    def is_skipped(self, urn: str) -> bool:
        """Whether a registered resource was not made, because the operation is about others: all of it is unknown."""
        return urn in self._selection.skipped

    def invoke(
        self, token: str, arguments: Properties, *, provider: str, version: str, depends_on: list[str], parent: str = ""
    ) -> Properties | None:
        """The answer of a function; None if it cannot be known yet. A refusal of the provider is left to the program."""
        if token == "pulumi:pulumi:getResource":
            self._defaults.reference("pulumi", version)
            return self._look_up(str(arguments.get("urn", "")))
        if any(self._is_pending(urn) for urn in depends_on) or contains_unknown(arguments):
            return None
        package = urns.package_of(token)
        reference = provider or self._inherited.get(parent, {}).get(package) or self._defaults.reference(package, version)
        if not self._providers.is_known(reference):
            return None
        return self._providers.get(reference).invoke(token, arguments)

    def _plan(self, goal: Goal, urn: str, old: Resource | None) -> list[Step]:
        given = _given(goal, old)
        olds = None if old is None or old.external or self._planner.is_recreated(old) else old.inputs
        new = _record(goal, urn, old, self._checked(goal, urn, olds, given))
        steps = self._planner.plan(goal, old, new, self._compared(old, new))
        if old is not None and olds is not None and any(step.operation == "create-replacement" for step in steps):
            # What the provider took over from the old resource (names that it made up, say) must not stay.
            fresh = _record(goal, urn, old, self._checked(goal, urn, None, goal.properties))
            steps = [replace(step, new=fresh) if isinstance(step, Replace | CreateReplacement) else step for step in steps]
            if goal.import_id:
                self._refuse_replacement(old, new, steps)
        return steps

    def _refuse_replacement(self, imported: Resource, new: Resource, steps: Sequence[Step]) -> None:
        """What is replaced gets another id than the one that the program names."""
        keys = [key for step in steps if isinstance(step, CreateReplacement) and step.diff for key in step.diff.replaces]
        differences = (f"{key}: {in_braces(imported.inputs.get(key))} => {in_braces(new.inputs.get(key))}" for key in keys)
        message = (
            "previously-imported resources that still specify an ID may not be replaced; please remove the `import` "
            "declaration from your program;\n" + "\n".join(differences)
        )
        if not self._preview:
            raise PlanError(message, imported.urn)
        self._reporter.diagnose("warning", message, imported.urn)

    def _selected(self, asked: Resource) -> bool:
        self.registered.append(asked.urn)
        included = self._selection.registers(asked)
        if included:
            self._selection.refuse_missing(asked)
        return included

    def _left_alone(self, asked: Resource, old: Resource | None) -> Step:
        """What becomes of a resource that the operation is not about."""
        if old is None:
            self._selection.skipped.add(asked.urn)
            return Skip(asked)
        if old.urn != asked.urn:  # it is not even renamed: the program gets the URN that it has
            self._planner.keep(old.urn)
            self._inherited[old.urn] = self._inherited.get(asked.urn, {})
        return Same(old, replace(old))

    def _only_known(self, asked: Resource, old: Resource | None) -> Step:
        """What a program that runs for a destroy gets for a resource: what is there, or nothing known."""
        if old is None or self._selection.lacks(asked):
            self._selection.skipped.add(asked.urn)
            return Skip(asked)
        return Same(old, replace(asked, inputs=old.inputs))

    def _checked(self, goal: Goal, urn: str, olds: Properties | None, news: Properties) -> Properties:
        if not goal.custom:
            return news
        news = _without_references(news)
        if urns.is_provider(goal.type):
            answer: CheckResult = self._providers.check(goal.type, olds, news)
        else:
            record = Resource(urn=urn, type=goal.type, custom=True, timeouts=goal.timeouts)
            answer = self._providers.get(goal.provider).check(record.subject, olds, news)
        if answer.failures:
            problems = "\n".join(_problem(goal, failure, news) for failure in answer.failures)
            raise PlanError(hidden(problems, news), urn)
        return answer.inputs

    def _compared(self, old: Resource | None, new: Resource) -> DiffResult | None:
        if old is None or old.external or self._planner.is_condemned(old):
            return None
        if contains_unknown(new.replacement_trigger) and not self._preview:
            raise PlanError(f"replacement trigger contains unknowns for {new.urn}")
        if is_triggered(old.replacement_trigger, new.replacement_trigger):
            return DiffResult(changes=True)
        if old.taint or self._selection.replaces.match(new.urn):
            return DiffResult(changes=True, replaces=("id",))
        if self._planner.replaced_with(new):
            return DiffResult(changes=True, replaces=("replaceWith",))
        if self._providers.moved(old.provider, new.provider, self._planner.renames):
            return DiffResult(changes=True, replaces=("provider",))
        if not new.custom:
            return None
        try:
            return compare(self._providers, replace(old, ignore_changes=new.ignore_changes), new.inputs, new.provider)
        except DiffUnavailable as unavailable:
            self._reporter.diagnose("warning", str(unavailable), new.urn)
            return DiffResult(changes=True)

    def _provider_for(self, goal: Goal, providers: Mapping[str, str], version: str) -> str:
        package = urns.package_of(goal.type)
        inherited = self._inherited.get(goal.parent, {})
        return providers.get(package) or inherited.get(package) or self._defaults.reference(package, version)

    def _look_up(self, urn: str) -> Properties:
        resource = self._snapshot.get(urn)
        if resource is None:
            raise PlanError(f"unknown resource {urn}")
        return {"urn": urn, "id": resource.id, "state": resource.outputs}

    def _is_pending(self, urn: str) -> bool:
        resource = self._snapshot.get(urn)
        return resource is not None and resource.custom and resource.id in {"", UNKNOWN_STRING}

    def refuse(self, error: Exception) -> None:
        """Tell of an error, once, and let nothing new begin."""
        if str(error) not in self._gate.errors:
            self._gate.fail(str(error))
            self._reporter.diagnose("error", str(error), error.urn if isinstance(error, PlanError) else "")

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Tell of what cannot even be planned, and let nothing new begin after it."""
        try:
            yield
        except CancelledError:
            raise
        except (EngineError, ProviderError) as error:
            self.refuse(error)
            raise EngineError(str(error)) from error


def compare(providers: ConfiguredProviders, old: Resource, inputs: Properties, reference: str = "") -> DiffResult:
    """What a provider says of a resource of the state and other inputs."""
    if old.is_provider:
        return providers.diff(old.type, old.inputs, inputs)
    provider = providers.get(reference or old.provider)
    return provider.diff(old.subject, old.id, old.inputs, old.outputs, inputs)


def _given(goal: Goal, old: Resource | None) -> Properties:
    properties = goal.properties
    if old is not None:
        for path in goal.ignore_changes:
            properties = property_path.reset(property_path.parse(path), old.inputs, properties)
    return properties


def _record(goal: Goal, urn: str, old: Resource | None, inputs: Properties) -> Resource:
    return Resource(
        urn=urn,
        type=goal.type,
        custom=goal.custom,
        inputs=inputs,
        parent=goal.parent,
        protect=bool(goal.protect),
        dependencies=goal.dependencies,
        provider=goal.provider,
        property_dependencies=goal.property_dependencies,
        additional_secret_outputs=goal.additional_secret_outputs,
        aliases=_aliases(urn, old),
        timeouts=goal.timeouts,
        import_id=goal.import_id,
        retain_on_delete=bool(goal.retain_on_delete),
        deleted_with=goal.deleted_with,
        replace_with=goal.replace_with,
        created=old.created if old else "",
        modified=old.modified if old else "",
        ignore_changes=goal.ignore_changes,
        hide_diffs=goal.hide_diffs,
        replace_on_changes=goal.replace_on_changes,
        replacement_trigger=goal.replacement_trigger,
        refresh_before_update=old is not None and old.refresh_before_update,
        hooks=goal.hooks,
        source_position=goal.source_position,
        stack_trace=goal.stack_trace,
    )


def _problem(goal: Goal, failure: CheckFailure, inputs: Properties) -> str:
    subject = f"{goal.type} resource '{goal.name}'"
    if not failure.property:
        return f"{subject} has a problem: {failure.reason}"
    value = in_braces(inputs.get(failure.property))
    return f"{subject}: property {failure.property} value {value} has a problem: {failure.reason}"


def _aliases(urn: str, old: Resource | None) -> tuple[str, ...]:
    return (old.urn,) if old is not None and old.urn != urn else ()


def _own_inputs(version: str) -> Properties:
    return {"__internal": {}, "version": version} if version else {}


def _without_references(value: Value) -> Any:
    """`value` with ids in the place of references to resources (URNs for components): what a provider understands."""
    if isinstance(value, Secret):
        return Secret(_without_references(value.value))
    if isinstance(value, list):
        return [_without_references(item) for item in value]
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == RESOURCE_SIGNATURE:
            return value.get("id", value.get("urn"))
        return {key: _without_references(item) for key, item in value.items()}
    return value
