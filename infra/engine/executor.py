"""Carries out steps: has providers called (`calls`) and keeps the snapshot. One method per kind of step; thread-safe.

It decides nothing. In a preview it asks providers for what would be, and changes only the snapshot in memory.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

from infra.engine.calls import Calls
from infra.engine.clock import Clock, rfc3339
from infra.engine.configured import ConfiguredProviders
from infra.engine.errors import CancelledError, EngineError, HalfDoneError, StepError
from infra.engine.gate import Gate
from infra.engine.hooks import Hooks, occasion
from infra.engine.masking import hidden
from infra.engine.ports import ProviderError
from infra.engine.reporter import Reporter, subject
from infra.engine.resource import HookMoment, Resource
from infra.engine.secrecy import secret_outputs
from infra.engine.snapshot import Snapshot
from infra.engine.steps import (
    Create,
    CreateReplacement,
    Delete,
    DeleteReplaced,
    Discard,
    Forget,
    Import,
    ImportReplacement,
    Read,
    ReadReplacement,
    Replace,
    Same,
    Skip,
    Step,
    Update,
)
from infra.engine.values import UNKNOWN_STRING, Properties


class Executor:
    """`parallel` bounds how many provider calls are under way at once."""

    def __init__(
        self,
        snapshot: Snapshot,
        providers: ConfiguredProviders,
        reporter: Reporter,
        gate: Gate,
        *,
        preview: bool,
        parallel: int,
        clock: Clock,
        hooks: Hooks,
    ) -> None:
        self._snapshot, self._providers, self._reporter, self._gate = snapshot, providers, reporter, gate
        self._preview, self._parallel, self._clock = preview, parallel, clock
        self._calls = Calls(snapshot, providers, gate, hooks, preview=preview, parallel=parallel, clock=clock)
        self._condemned: dict[Resource, threading.Event] = {}
        self._hooks = hooks
        self._incomplete: dict[str, tuple[HookMoment, Resource | None]] = {}
        self._methods: Final[dict[type[Any], Callable[[Any], Resource | None]]] = {
            Same: self._same,
            Skip: self._skip,
            Create: self._create,
            Update: self._update,
            Replace: self._replace,
            CreateReplacement: self._create_replacement,
            DeleteReplaced: self._delete_replaced,
            Delete: self._delete,
            Discard: self._drop,
            Forget: self._drop,
            Read: self._read,
            ReadReplacement: self._read_replacement,
            Import: self._import,
            ImportReplacement: self._import_replacement,
        }

    def announce(self, steps: Sequence[Step]) -> None:
        """Say which resources these steps will delete before they are made again, so that whoever makes one waits."""
        for step in steps:
            if isinstance(step, DeleteReplaced) and step.condemned is not None:
                self._condemned[step.condemned] = threading.Event()

    def run(self, steps: Sequence[Step]) -> Resource:
        """Carry out the steps of one resource, one after the other; answers the resource as it then is.

        Raises `StepError` for what a provider refuses, `CancelledError` if the operation has come to an end meanwhile.
        """
        result = None
        try:
            for step in steps:
                result = self._run_one(_in_place(step, result)) or result
                self._release(step)
        finally:
            for step in steps:
                self._release(step)
        if result is None:
            raise EngineError("the planner made no step that yields a resource")
        return result

    def completed(self, component: Resource) -> None:
        """A component has registered its outputs: its hooks after a create or an update are due now."""
        moment, old = self._incomplete.pop(component.urn, (None, None))
        if moment is not None:
            self._after(moment, component, component, old)

    def keep(self, resources: Sequence[Resource]) -> None:
        """What the program did not reach stays as it is, because the operation is about others."""
        for resource in resources:
            self._run_one(Same(resource, replace(resource)))

    def delete(self, waves: Sequence[Sequence[Step]]) -> None:
        """Carry out deletions, wave by wave. After a failure what is under way is finished, and nothing more begun.

        Raises the first failure.
        """
        with ThreadPoolExecutor(max_workers=self._parallel, thread_name_prefix="delete") as pool:
            for wave in waves:
                for failure in [future.exception() for future in [pool.submit(self._run_one, step) for step in wave]]:
                    if failure is not None and not isinstance(failure, CancelledError):
                        raise failure
                self._gate.check()

    def _run_one(self, step: Step) -> Resource | None:
        resource = subject(step)
        if not isinstance(step, Same | Replace):
            self._gate.check()
        try:
            with self._reporter.around(step) as ended:
                ended.result = self._carry_out(step)
                return ended.result
        except CancelledError:
            raise
        except Exception as error:
            message = f"{_DOING[type(step)]} {resource.urn}: {error if str(error) else type(error).__name__}"
            self._gate.fail(message)
            raise StepError(message) from error

    def _carry_out(self, step: Step) -> Resource | None:
        try:
            return self._methods[type(step)](step)
        except ProviderError as error:
            told = hidden(str(error), *_values(step))
            if told == str(error):
                raise
            raise ProviderError(told) from None

    def _release(self, step: Step) -> None:
        """What waits for this deletion may go on, or learn at the gate that it failed."""
        if isinstance(step, DeleteReplaced) and step.condemned is not None:
            self._condemned[step.condemned].set()

    # One method per kind of step. Each answers the resource as it then is, or None if there is none any more.

    def _same(self, step: Same) -> Resource:
        outputs = secret_outputs(step.old.outputs, step.new.inputs, step.new.additional_secret_outputs)
        new = replace(step.new, id=step.old.id, outputs=outputs, init_errors=step.old.init_errors)
        if new.is_provider:
            self._providers.configure(new)
        self._snapshot.add(new, step.old)
        return new

    def _skip(self, step: Skip) -> Resource:
        return step.new

    def _create(self, step: Create) -> Resource:
        new = self._created(step.new)
        self._snapshot.add(new)
        return self._ended("AfterCreate", self._sound(new))

    def _update(self, step: Update) -> Resource:
        self._before("BeforeUpdate", step.new, step.old)
        if step.new.is_provider:
            new = replace(step.new, id=step.old.id, outputs=_provider_outputs(step.new.inputs), modified=self._now())
            self._providers.configure(new)
        elif step.new.custom:
            new = self._calls.update(step.old, step.new)
        else:
            new = replace(step.new, outputs=step.old.outputs)
        if new.init_errors:  # it was not made what these inputs say
            new = replace(new, inputs=step.old.inputs)
        self._snapshot.add(new, step.old)
        return self._ended("AfterUpdate", self._sound(new), step.old)

    def _replace(self, step: Replace) -> None:
        """Nothing is to be done: the steps around it do the work."""

    def _create_replacement(self, step: CreateReplacement) -> Resource:
        self._await_deletion(step.old)
        new = self._created(step.new)
        self._take_place(step.old, new, keep_old=step.keep_old)
        return self._ended("AfterCreate", self._sound(new))

    def _delete_replaced(self, step: DeleteReplaced) -> None:
        self._remove(step.old, goes_along=step.goes_along)
        if step.condemned is None:
            self._snapshot.retire(step.old)
        else:
            self._snapshot.amend(step.old, step.condemned)
        self._after("AfterDelete", step.old, None, step.old)

    def _delete(self, step: Delete) -> None:
        self._remove(step.old, goes_along=step.goes_along)
        self._snapshot.retire(step.old)
        self._after("AfterDelete", step.old, None, step.old)

    def _drop(self, step: Discard | Forget) -> None:
        self._snapshot.retire(step.old)

    def _read(self, step: Read) -> Resource:
        new = self._looked_at(step)
        if step.old is not None and step.old.outputs != new.outputs:
            self._reporter.count("read")
        self._snapshot.add(new, step.old)
        return new

    def _read_replacement(self, step: ReadReplacement) -> Resource:
        new = self._looked_at(step)
        self._take_place(step.old, new, keep_old=True)
        return new

    def _import(self, step: Import) -> Resource:
        new = self._calls.take_over(step.new)
        self._snapshot.add(new)
        return new

    def _import_replacement(self, step: ImportReplacement) -> Resource:
        new = self._calls.take_over(step.new)
        self._take_place(step.old, new, keep_old=True)
        return new

    # What the methods share.

    def _created(self, new: Resource) -> Resource:
        self._before("BeforeCreate", new, None)
        now = self._now()
        new = replace(new, created=now, modified=now)
        if new.is_provider:
            new = replace(new, id=UNKNOWN_STRING if self._preview else str(uuid.uuid4()), outputs=_provider_outputs(new.inputs))
            self._providers.configure(new)
            return new
        if not new.custom:
            return new
        return self._calls.create(new)

    def _looked_at(self, step: Read | ReadReplacement) -> Resource:
        """What is there; it is as old as its record, and modified if that said otherwise."""
        new, old = self._calls.look_at(step.new), step.old
        if old is None:
            return new
        differs = (old.inputs, old.outputs) != (new.inputs, new.outputs)
        return replace(new, created=old.created, modified=self._now() if differs else old.modified)

    def _remove(self, old: Resource, *, goes_along: bool) -> None:
        self._await_deletion(old)
        self._before("BeforeDelete", None, old)
        leave_alone = self._preview or not old.custom or old.is_provider or old.external or old.retain_on_delete
        if leave_alone or goes_along:
            return
        self._calls.delete(old)

    def _before(self, moment: HookMoment, new: Resource | None, old: Resource | None) -> None:
        owner = new or old
        if owner is not None and owner.hooks:
            self._hooks.run(moment, owner, occasion(new, old))

    def _ended(self, moment: HookMoment, new: Resource, old: Resource | None = None) -> Resource:
        """`new`, with its hooks called; a component's wait for its outputs."""
        if new.custom:
            self._after(moment, new, new, old)
        elif new.hooks:
            self._incomplete[new.urn] = (moment, old)
        return new

    def _after(self, moment: HookMoment, owner: Resource, new: Resource | None, old: Resource | None) -> None:
        """What is done is done: a failing hook fails the operation, not the step."""
        if not owner.hooks:
            return
        try:
            self._hooks.run(moment, owner, occasion(new, old, done=True))
        except StepError as error:
            self._gate.fail(str(error))
            self._reporter.diagnose("error", str(error), owner.urn)

    def _take_place(self, old: Resource, new: Resource, *, keep_old: bool) -> None:
        if keep_old:
            self._snapshot.add(new, replaced=old)
        else:
            self._snapshot.add(new, old)

    def _sound(self, new: Resource) -> Resource:
        """`new`, if it is whole. It is kept in the state in any case; the next update tries again."""
        if new.init_errors and not self._preview:
            raise HalfDoneError(_list(new.init_errors))
        return new

    def _await_deletion(self, old: Resource) -> None:
        deletion = self._condemned.get(old)
        if deletion is not None:
            deletion.wait()
            self._gate.check()

    def _now(self) -> str:
        return rfc3339(self._clock())


_DOING: Final[dict[type[Any], str]] = {
    Same: "keeping",
    Skip: "leaving out",
    Create: "creating",
    Update: "updating",
    Replace: "replacing",
    CreateReplacement: "creating the replacement of",
    DeleteReplaced: "deleting the replaced",
    Delete: "deleting",
    Discard: "dropping",
    Forget: "dropping",
    Read: "reading",
    ReadReplacement: "reading",
    Import: "importing",
    ImportReplacement: "importing",
}


def _in_place(step: Step, made: Resource | None) -> Step:
    """The mark of a replacement shows what was made, where that was made before."""
    if isinstance(step, Replace) and made is not None:
        return replace(step, old=replace(step.old, delete=True), new=made)
    return step


def _list(reasons: Sequence[str]) -> str:
    """Why something is only half done, as the CLI says it."""
    points = "".join(f"\n\t* {reason}" for reason in reasons)
    return f"{len(reasons)} error{'s' if len(reasons) > 1 else ''} occurred:{points}\n"


def _values(step: Step) -> list[Properties]:
    records = [record for name in ("old", "new") if isinstance(record := getattr(step, name, None), Resource)]
    return [values for record in records for values in (record.inputs, record.outputs)]


def _provider_outputs(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != "__internal"}
