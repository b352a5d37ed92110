"""The Pulumi CLI behind the port, driven by the Automation API on the project as it is: its Pulumi.yaml, backend and secrets.

The CLI runs the program, asks the providers and writes the state; here it is started, followed and stopped. Any backend and any
secrets provider of the CLI will do. A stack that does not exist yet is made, empty, before the first preview, because the CLI
previews no other.
"""

from __future__ import annotations

import json
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from pulumi.automation import (
    CommandError,
    ConcurrentUpdateError,
    EngineEvent,
    LocalWorkspace,
    Stack,
    StackNotFoundError,
    UpdateSummary,
)

from infra.engine.backend import FileBackend
from infra.engine.errors import LockedError
from infra.engine.events import Diagnostic, Interrupted, Summary
from infra.engine.operation import Kind, Result
from infra.engine.values import Properties
from infra.operations.engines.engine_events import Translation, plain_text
from infra.operations.engines.port import Listener, Options
from infra.operations.engines.pulumi_command import Command
from infra.operations.errors import EngineFailed, HistoryUnavailable
from infra.operations.passphrase import FILE_VARIABLE, VARIABLE
from infra.operations.settings import ENVIRONMENTS_VARIABLE, Settings

_MASK: Final = "[secret]"
#: How a line begins that the CLI prints for an event.
_EVENT: Final = '{"sequence":'
#: What the SDK says to itself, with secrets in clear.
_DEBUG: Final = '"severity":"debug"'
#: Seconds between two tries to get a lock that somebody else has.
_BETWEEN_LOOKS: Final = 2.0
#: Seconds that events of a CLI that has ended may still be on their way.
_LATE: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Ended:
    """The CLI has ended: with what it answered, or with what it failed by."""

    answer: Any = None
    error: Exception | None = None


class PulumiEngine:
    """One stack under the CLI. `variables` are the process environment that the CLI is to have."""

    def __init__(self, settings: Settings, stack: str, variables: Mapping[str, str]) -> None:
        self._settings, self._name, self._variables = settings, stack, variables

    def run(self, kind: Kind, options: Options, listener: Listener) -> Result:
        """Carry out an operation. The first interrupt lets the CLI finish what is under way, the second ends it."""
        begun = time.monotonic()
        while True:
            try:
                return self._run(kind, options, listener, begun)
            except LockedError:
                if time.monotonic() - begun > options.wait:
                    raise
                time.sleep(_BETWEEN_LOOKS)

    def _run(self, kind: Kind, options: Options, listener: Listener, begun: float) -> Result:
        command = Command(environment(self._settings, self._name, self._variables), flags(kind, options))
        translation = Translation(time.monotonic)
        printed: list[str] = []
        write = options.stream

        def say(line: str) -> None:
            printed.append(line)
            if write is not None and line.startswith(_EVENT) and _DEBUG not in line:
                write(line)

        told: queue.SimpleQueue[EngineEvent | Interrupted | _Ended] = queue.SimpleQueue()
        with _forwarding(command, told.put):
            stack = self._stack(command, create=True)
            ended = _followed(lambda tell: _operation(stack, kind, options, tell, say), translation, listener, told)
        if ended.error is not None and not translation.has_begun:
            raise self._refusal(ended.error) from ended.error
        for event in translation.close() if ended.error is None else ():
            listener(event)
        outputs = self._outputs_of(kind, ended, translation, options)
        error = _told(ended.error, translation)
        if error is not None and not translation.errors:
            listener(Diagnostic("error", error))
        seconds = time.monotonic() - begun
        listener(Summary("failed" if error else "succeeded", translation.changes, _masked(ended, outputs), seconds))
        return Result(
            succeeded=error is None,
            changes=translation.changes,
            outputs=outputs,
            error=error,
            digest=_digest(printed) if kind.startswith("preview") else {},
            seconds=seconds,
        )

    def outputs(self, *, show_secrets: bool) -> Mapping[str, Any] | None:
        """What `pulumi stack output` says."""
        stack = self._existing()
        if stack is None:
            return None
        return {key: item.value if show_secrets or not item.secret else _MASK for key, item in stack.outputs().items()}

    def history(self) -> Sequence[Mapping[str, Any]]:
        """From the files where there are files, which needs no CLI; else what `pulumi stack history` says."""
        if self._settings.has_state_folder:
            return self._files.history()
        stack = self._existing()
        summaries = stack.history(show_secrets=False) if stack is not None else []
        return [_record(summary, number) for summary, number in zip(summaries, range(len(summaries), 0, -1), strict=True)]

    def checkpoint(self, version: int) -> str:
        """From the files. No command of the CLI answers this for a bucket."""
        if not self._settings.has_state_folder:
            raise HistoryUnavailable(
                f"the state of {self._name} at version {version} cannot be read from {self._settings.backend}",
                why="Earlier states are read from the files of a state folder, and this backend is none.",
                remedy="On Pulumi Cloud: pulumi stack export --version N. Elsewhere: keep state in a folder (file://…).",
            )
        return self._files.history_checkpoint(version)

    def cancel(self) -> list[str]:
        """What `pulumi cancel` does. It names nobody."""
        stack = self._existing()
        if stack is None:
            return []
        try:
            stack.cancel()
        except CommandError as error:
            raise self._refusal(error) from error
        return ["the Pulumi CLI"]

    @property
    def _files(self) -> FileBackend:
        return FileBackend(self._settings.state, self._settings.project, self._name)

    def _command(self) -> Command:
        return Command(environment(self._settings, self._name, self._variables))

    def _existing(self) -> Stack | None:
        try:
            return self._stack(self._command(), create=False)
        except StackNotFoundError:
            return None

    def _stack(self, command: Command, *, create: bool) -> Stack:
        """The stack, selected; made first if it may be. Raises `StackNotFoundError` if it may not."""
        if self._settings.has_state_folder:
            self._settings.state.mkdir(parents=True, exist_ok=True)  # the CLI opens only one that is there
        place = LocalWorkspace(
            work_dir=str(self._settings.root),
            pulumi_command=command,
            secrets_provider=self._settings.secrets_provider(self._name),
        )
        try:
            return Stack.create_or_select(self._name, place) if create else Stack.select(self._name, place)
        except StackNotFoundError:
            raise
        except CommandError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: Exception) -> Exception:
        """What kept the CLI from starting, in its own words."""
        if not isinstance(error, CommandError):
            return error
        said = _said(error)
        if isinstance(error, ConcurrentUpdateError):
            return LockedError(f"the stack {self._name} is locked: {said}")
        return EngineFailed(f"the Pulumi CLI could not begin with {self._name}", why=said)

    def _outputs_of(self, kind: Kind, ended: _Ended, translation: Translation, options: Options) -> Properties:
        if kind == "up" and ended.answer is not None:
            answered = ended.answer.outputs
            return {key: item.value if options.show_secrets or not item.secret else _MASK for key, item in answered.items()}
        return {} if kind == "destroy" and ended.error is None else translation.outputs


def environment(settings: Settings, stack: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of the CLI's process: those given, with the state, the passphrase and the files that the embedded engine
    would use. Plugins and logins lie in the project too, but for Pulumi Cloud, whose login is the user's."""
    made = {
        **variables,
        "PULUMI_BACKEND_URL": settings.backend,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        ENVIRONMENTS_VARIABLE: str(settings.environments),
    }
    made.setdefault("PULUMI_PYTHON_CMD", sys.executable)  # the program's Python is this one, whatever PATH begins with
    if not settings.backend.startswith("https://"):
        made.setdefault("PULUMI_HOME", str(settings.home / "pulumi"))
    passphrase = settings.home / "passphrases" / stack
    if passphrase.is_file():
        made.pop(VARIABLE, None)
        made[FILE_VARIABLE] = str(passphrase)
    return made


def flags(kind: Kind, options: Options) -> list[str]:
    """The options of the CLI's command that are not those of every operation."""
    found: list[str] = []
    many = {"--target": options.chosen.targets, "--exclude": options.chosen.excludes, "--replace": options.chosen.replaces}
    found += [word for option, urns in many.items() for urn in urns for word in (option, urn)]
    said = {
        "--target-dependents": options.chosen.target_dependents,
        "--exclude-dependents": options.chosen.exclude_dependents,
        "--exclude-protected": options.chosen.exclude_protected,
        "--refresh": options.refresh,
        # A preview as one document, anything else as a stream of events.
        "--json": kind in {"preview-refresh", "preview-destroy"} or options.stream is not None,
    }
    return found + [option for option, wanted in said.items() if wanted]


def _operation(
    stack: Stack, kind: Kind, options: Options, tell: Callable[[EngineEvent], None], printed: Callable[[str], None]
) -> Any:
    common: dict[str, Any] = {
        "parallel": options.parallel,
        "message": options.message or None,
        "color": "never",
        "on_event": tell,
        "on_output": printed,
    }
    match kind:
        case "preview":
            return stack.preview(json=True, **common)
        case "up":
            return stack.up(show_secrets=False, suppress_outputs=True, **common)
        case "preview-destroy":
            return stack.preview_destroy(show_secrets=False, **common)
        case "destroy":
            return stack.destroy(show_secrets=False, **common)
        case "preview-refresh":
            return stack.preview_refresh(show_secrets=False, **common)
        case "refresh":
            return stack.refresh(show_secrets=False, **common)
        case _:
            raise EngineFailed(
                f"`{kind}` does not run under the Pulumi CLI here",
                remedy="Run it with --engine embedded, or by `pulumi` itself.",
            )


def _followed(
    operation: Callable[[Callable[[EngineEvent], None]], Any],
    translation: Translation,
    listener: Listener,
    told: queue.SimpleQueue[EngineEvent | Interrupted | _Ended],
) -> _Ended:
    """Run an operation of the CLI in a thread, and hand on here what it tells, until it has ended."""
    last = threading.Event()
    seen = threading.Event()

    def tell(event: EngineEvent) -> None:
        seen.set()
        told.put(event)
        if event.cancel_event is not None:
            last.set()

    def work() -> None:
        try:
            ended = _Ended(answer=operation(tell))
        except Exception as error:
            ended = _Ended(error=error)
        if seen.is_set():
            last.wait(_LATE)
        told.put(ended)

    threading.Thread(target=work, name="operation", daemon=True).start()
    while not isinstance(item := told.get(), _Ended):
        for event in [item] if isinstance(item, Interrupted) else translation.translate(item):
            listener(event)
    return item


@contextmanager
def _forwarding(command: Command, tell: Callable[[Interrupted], None]) -> Iterator[None]:
    """SIGINT and SIGTERM reach the CLI as what it understands, once each; what that means is told at once."""

    def forward(number: int, frame: FrameType | None) -> None:
        tell(Interrupted(command.interrupt()))

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _told(error: Exception | None, translation: Translation) -> str | None:
    """Why the operation failed: what the engine diagnosed, else what the CLI said at the end. None if it did not."""
    if error is None:
        return None
    if not isinstance(error, CommandError):
        raise EngineFailed("the Pulumi CLI could not be followed to its end", why=str(error)) from error
    return "\n".join(translation.errors) or _said(error)


def _said(error: CommandError) -> str:
    """The CLI's words on standard error, without its marks."""
    _, _, text = str(error).partition("\n stderr: ")
    lines = [plain_text(line).removeprefix("error: ").rstrip() for line in text.strip().splitlines()]
    return "\n".join(line for line in lines if line) or "it ended without saying why"


def _digest(printed: Sequence[str]) -> Mapping[str, Any]:
    """What `pulumi preview --json` printed; empty where it failed before it could."""
    try:
        document = json.loads("\n".join(printed))
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _masked(ended: _Ended, outputs: Properties) -> Properties:
    secret = {key for key, item in getattr(ended.answer, "outputs", {}).items() if item.secret}
    return {key: _MASK if key in secret else value for key, value in outputs.items()}


def _record(summary: UpdateSummary, number: int) -> dict[str, Any]:
    """An update as the CLI's JSON has it, which the Automation API has taken apart. Backends without versions say 0."""
    record: dict[str, Any] = {
        "version": summary.version or number,
        "kind": summary.kind,
        "startTime": _time(summary.start_time),
        "message": summary.message,
        "environment": dict(summary.environment),
        "config": {
            key: {"secret": True} if item.secret else {"value": item.value, "secret": False}
            for key, item in summary.config.items()
        },
        "result": summary.result,
        # An update that is under way has no end yet.
        "endTime": _time(summary.end_time or summary.start_time),
    }
    if summary.resource_changes:
        record["resourceChanges"] = dict(summary.resource_changes)
    return record


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
