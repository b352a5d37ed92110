"""One operation from beginning to end, in the process that it has for itself: load, run the program or delete, write, tell.

It wires the parts together; what they decide and do is theirs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, Final

from infra.engine import program
from infra.engine import urn as urns
from infra.engine.backend import Backend
from infra.engine.builtin import BuiltIn
from infra.engine.circumstances import Circumstances, circumstances
from infra.engine.clock import SYSTEM, Clock
from infra.engine.configured import ConfiguredProviders
from infra.engine.defaults import DefaultProviders
from infra.engine.digest import digest, shown_config
from infra.engine.errors import CorruptStateError, PlanError, StepError
from infra.engine.events import Ending, Event, Prelude, Summary
from infra.engine.executor import Executor
from infra.engine.gate import Gate
from infra.engine.graph import knots, told
from infra.engine.history import Entry, UpdateKind
from infra.engine.hooks import Hooks, refuse_delete_hooks
from infra.engine.importing import Importer, ImportStopped
from infra.engine.masking import masked
from infra.engine.planner import Planner
from infra.engine.ports import DiffResult
from infra.engine.project import Project, StackConfig
from infra.engine.record import Record
from infra.engine.refresh import Refresher
from infra.engine.registration import Registrar, compare
from infra.engine.reporter import Reporter
from infra.engine.request import Request, Result
from infra.engine.resource import Goal, Resource
from infra.engine.rpc.dynamic import DynamicPlugin
from infra.engine.rpc.engine_service import EngineService
from infra.engine.rpc.monitor import Facts, Monitor
from infra.engine.rpc.positions import Positions
from infra.engine.secrecy import opened
from infra.engine.secrets import Cipher
from infra.engine.settlement import Note, Settlement, settled
from infra.engine.snapshot import Snapshot
from infra.engine.stack_reference import stack_outputs
from infra.engine.state import Checkpoint, Codec
from infra.engine.values import Properties


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an operation finds: its project, configuration, and where its state lives."""

    project: Project
    config: StackConfig
    backend: Backend
    cipher: Cipher | None


def perform(request: Request, surroundings: Surroundings, listener: Callable[[Event], None], clock: Clock = SYSTEM) -> Result:
    """Carry out a request in this process, which it may use up (working directory, modules, signals).

    It works in the program's folder, as the CLI's plugins do: relative paths in properties count from there.
    Raises `EngineError` for a state that cannot be read or written.
    """
    os.chdir(surroundings.project.program_folder)
    backend, codec = surroundings.backend, Codec(surroundings.cipher)
    if backend.lock is not None:
        backend.lock.adopt()
    checkpoint = _sound(backend, codec)
    record = _record(request, surroundings, checkpoint, codec, clock)
    settlement = _settled(request, checkpoint, record)
    deployment = Deployment(request, surroundings, settlement.checkpoint, record, listener=listener, clock=clock)
    deployment.notes = settlement.notes
    result = deployment.run()
    backend.release()
    return result


def _sound(backend: Backend, codec: Codec) -> Checkpoint:
    """The state to begin with."""
    checkpoint = backend.decode(codec)
    found = knots(checkpoint.resources)
    if found:
        raise CorruptStateError(
            f"{backend.place} contradicts itself: {told(found)}. Nothing was changed; compare it with {backend.place}.bak, or "
            "repair it with `pulumi state repair`"
        )
    return checkpoint


def _settled(request: Request, checkpoint: Checkpoint, record: Record) -> Settlement:
    """The state with what an interrupted operation left open settled."""
    if not checkpoint.pending:
        return Settlement(checkpoint)
    providers = ConfiguredProviders(request.plugins, checkpoint.resources)
    try:
        settlement = settled(checkpoint, providers, preview=request.is_preview)
    finally:
        providers.close()
    if not request.is_preview:
        record.write(settlement.checkpoint.resources, settlement.checkpoint.pending)
    return settlement


def _record(request: Request, surroundings: Surroundings, checkpoint: Checkpoint, codec: Codec, clock: Clock) -> Record:
    now, cipher = clock() // 1_000_000_000, surroundings.cipher
    found = Circumstances({}) if request.is_preview else circumstances(surroundings.project.folder)
    entry = Entry(
        kind=_HISTORIC.get(request.kind, "update"),
        started=now,
        ended=now,
        succeeded=False,
        changes={},
        config=surroundings.config.stored,
        environment=found.environment,
        message=request.message or found.message,
    )
    return Record(
        surroundings.backend,
        codec,
        entry,
        secrets_state=cipher.state if cipher else checkpoint.secrets_state,
        metadata=checkpoint.metadata,
        clock=clock,
    )


class Deployment:
    """One operation on one stack."""

    def __init__(
        self,
        request: Request,
        surroundings: Surroundings,
        checkpoint: Checkpoint,
        record: Record,
        *,
        listener: Callable[[Event], None],
        clock: Clock,
    ) -> None:
        self._request, self._surroundings, self._checkpoint = request, surroundings, checkpoint
        self._record, self._clock = record, clock
        #: What is to be told first.
        self.notes: Sequence[Note] = ()
        self._gate = Gate()
        self._selection = request.selection
        self._listener: Callable[[Event], None] | None = listener
        self._reporter = Reporter(self._tell, preview=request.is_preview, detailed=request.detailed)
        self._hooks = Hooks(self._reporter, preview=request.is_preview)
        self._snapshot = Snapshot(checkpoint.resources, checkpoint.pending, None if request.is_preview else record.begin())
        self._providers = ConfiguredProviders(
            request.plugins,
            checkpoint.resources,
            {"pulumi": BuiltIn(self._stack_outputs), "pulumi-python": DynamicPlugin(surroundings.project.name)},
        )
        self._prepare(checkpoint.resources)

    def _prepare(self, base: Sequence[Resource]) -> None:
        """Make ready to plan from `base`: the state, or what a refresh made of it."""
        request = self._request
        self._base = base
        self._planner = Planner(request.stack, self._surroundings.project.name, base, self._compare)
        self._executor = Executor(
            self._snapshot,
            self._providers,
            self._reporter,
            self._gate,
            preview=request.is_preview,
            parallel=request.parallel,
            clock=self._clock,
            hooks=self._hooks,
        )
        self._defaults = DefaultProviders(self._surroundings.config, self._register_provider)
        self._registrar = Registrar(
            planner=self._planner,
            executor=self._executor,
            snapshot=self._snapshot,
            providers=self._providers,
            defaults=self._defaults,
            reporter=self._reporter,
            gate=self._gate,
            preview=request.is_preview,
            destroying=request.is_destroy,
            selection=self._selection,
        )

    def run(self) -> Result:
        """Do all of it; state and history are written however it ends."""
        begun = time.monotonic()
        self._reporter.tell(Prelude(shown_config(self._surroundings.config)))
        for note in self.notes:
            self._reporter.diagnose(note.severity, note.message, note.urn)
        with self._stopped_by_signals(), self._written():
            try:
                self._carry_out()
            finally:
                self._close()
        return self._result(time.monotonic() - begun)

    def _carry_out(self) -> None:
        try:
            if not self._request.runs_program:
                self._selection.check(self._base)
            self._do()
        except PlanError as error:
            self._fail(str(error), error.urn)

    def _do(self) -> None:
        if self._request.is_refresh or self._request.refresh:
            self._refresh(self._request.selection.includes)
        elif any(resource.refresh_before_update for resource in self._base):
            self._refresh(lambda resource: resource.refresh_before_update)
        if self._request.is_refresh or self._gate.shut:
            return
        if self._request.is_import:
            self._import()
            return
        if self._request.is_destroy and not self._request.runs_program:
            refuse_delete_hooks(self._base, self._reporter)
        if self._request.runs_program:
            self._selection.check_replaces(self._base)
            self._run_program()
            if not self._gate.shut:
                self._selection.check(self._base, self._registrar.registered)
        self._delete()
        self._keep_outputs()

    def _refresh(self, included: Callable[[Resource], bool]) -> None:
        refresher = Refresher(
            self._snapshot,
            self._providers,
            self._reporter,
            self._gate,
            parallel=self._request.parallel,
            counted=self._request.is_refresh,
            clock=self._clock,
        )
        refresher.run(included)
        if not self._request.is_refresh:
            self._prepare(self._snapshot.unreached())

    def _import(self) -> None:
        importer = Importer(
            self._base,
            stack_name=f"{self._surroundings.project.name}-{self._request.stack}",
            registrar=self._registrar,
            executor=self._executor,
            snapshot=self._snapshot,
            providers=self._providers,
            reporter=self._reporter,
            reference=self._defaults.reference,
            parallel=self._request.parallel,
        )
        with suppress(ImportStopped):  # the gate has it, and it has been told
            importer.run(self._request.imports)

    def _compare(self, old: Resource, inputs: Properties) -> DiffResult:
        return compare(self._providers, old, inputs)

    def _register_provider(self, goal: Goal, version: str) -> Resource:
        return self._registrar.register(goal, version=version)

    def _stack_outputs(self, name: str) -> Properties:
        return stack_outputs(self._surroundings.backend, name, self._request.passphrase, self._reporter)

    def _close(self) -> None:
        try:
            self._providers.close()
        except Exception as error:
            self._fail(f"closing a provider: {error}")

    def _tell(self, event: Event) -> None:
        if self._listener is None:
            return
        try:
            self._listener(event)
        except BrokenPipeError:
            self._listener = None
            self._gate.stop("the process that asked for this operation is gone; what was under way has been finished")

    def _run_program(self) -> None:
        config = self._surroundings.config
        facts = Facts(
            project=self._surroundings.project.name,
            stack=self._request.stack,
            preview=self._request.is_preview,
            parallel=self._request.parallel,
            config=config.values,
            secret_keys=config.secret_keys,
        )
        os.environ.update(self._request.environment)
        positions = Positions(self._surroundings.project.folder)
        monitor = Monitor(self._registrar, facts, self._hooks, self._delete, positions)
        try:
            error = program.run(self._surroundings.project, facts, monitor, EngineService(self._reporter))
        finally:
            monitor.close()
        if error is not None and not self._gate.errors:  # otherwise it only says that an earlier failure reached the program
            self._fail(error)

    def _delete(self) -> None:
        if self._gate.shut:
            return
        try:
            unreached = self._snapshot.unreached()
            left = self._snapshot.contents()[0] if self._request.is_destroy else unreached
            deleted = self._selection.deleted(left, self._base)
            gone = set(deleted)
            self._executor.keep([resource for resource in unreached if resource not in gone and not resource.delete])
            self._executor.delete(self._planner.plan_deletes(deleted))
        except StepError:
            return  # the gate has it, and it has been told

    def _fail(self, message: str, urn: str = "") -> None:
        self._gate.fail(message)
        self._reporter.diagnose("error", message, urn)

    def _keep_outputs(self) -> None:
        """The stack's outputs are what the program exported; after a failure what it could not export stays as it was."""
        root, outputs = self._root(), self._registrar.stack_outputs
        if root is not None and outputs is not None:
            kept = {**root.outputs, **outputs} if self._gate.errors else outputs
            done = replace(root, outputs=kept)
            self._snapshot.amend(root, done)
            if not self._gate.errors:
                self._reporter.registered(done)

    def _root(self) -> Resource | None:
        project, stack = self._surroundings.project.name, self._request.stack
        return self._snapshot.get(urns.make(stack, project, "", urns.STACK_TYPE, f"{project}-{stack}"))

    def _result(self, seconds: float) -> Result:
        errors, changes = self._gate.errors, self._reporter.changes
        root = self._root()
        outputs = root.outputs if root is not None else {} if self._request.is_destroy else self._checkpoint.outputs
        result: Ending = "canceled" if self._gate.stopped else "failed" if errors else "succeeded"
        self._reporter.tell(Summary(result, changes, masked(outputs), seconds))
        shown = opened(outputs) if self._request.show_secrets else masked(outputs)
        document: Mapping[str, Any] = {}
        if self._request.is_preview:
            document = digest(self._surroundings.config, self._reporter.steps, self._reporter.diagnostics, changes, seconds)
        return Result(
            succeeded=not errors,
            changes=changes,
            outputs=shown,
            error="\n".join(errors) if errors else None,
            digest=document,
            seconds=seconds,
        )

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        finally:
            resources, pending = self._snapshot.contents()
            unsound = knots(resources)
            if unsound:  # it is written all the same: what was done must not be forgotten
                self._fail(f"the state that is written now contradicts itself: {told(unsound)}. This is a bug of the engine")
            self._record.end(resources, pending, succeeded=not self._gate.errors, changes=self._reporter.changes)

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        """The first Ctrl-C lets what is under way finish, the second ends the process."""

        def stop(number: int, frame: FrameType | None) -> None:
            signal.signal(number, signal.SIG_DFL)
            self._gate.stop(f"interrupted by {signal.Signals(number).name}; what was under way has been finished")

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


#: What the history calls an operation, where that is no update.
_HISTORIC: Final[Mapping[str, UpdateKind]] = {"destroy": "destroy", "refresh": "refresh", "import": "resource-import"}
