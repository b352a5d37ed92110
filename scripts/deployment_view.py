"""A preview, an update or a destroy while it happens: the engine's events as lines, and what is under way at the bottom."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from infra.engine.display import ENDING, STOPPING
from infra.engine.events import Diagnostic, Event, Interrupted, ProgramOutput, StepEnded, StepStarted
from infra.engine.operation import Result
from infra.operations.changes import HIDDEN, ChangeSet, change, change_set, is_release_file
from scripts.presentation import steps, tables
from scripts.screen import Screen

_UNDER_WAY = 3


class DeploymentView:
    """A listener for one operation of the engine. Use it as a context manager around the operation, then `close` it.

    `preview`: steps are shown when they are planned, else when they end. `total` is how many steps a preview counted.
    """

    def __init__(self, screen: Screen, *, preview: bool, diff: bool = False, total: int | None = None) -> None:
        self._screen = screen
        self._preview = preview
        self._diff = diff
        self._total = total
        self._started: dict[tuple[str, str], StepStarted] = {}
        self._running: dict[tuple[str, str], str] = {}
        self._ended = 0
        self._diagnostics: list[Diagnostic] = []
        self._live: Live | None = None
        self._wrote = False
        #: Whether somebody asked the operation to stop.
        self.interrupted = False

    def __enter__(self) -> DeploymentView:
        self._animate(False)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take one event."""
        if self._live is not None and not self._live.auto_refresh:
            self._animate(True)
        match event:
            case StepStarted():
                self._start(event)
            case StepEnded():
                self._end(event)
            case Diagnostic() if event.severity != "debug":
                self._diagnostics.append(event)
            case ProgramOutput():
                self._line(event.line)
            case Interrupted():
                self.interrupted = True
                self._screen.note(STOPPING if event.times == 1 else ENDING)
            case _:
                pass
        self._redraw()

    def close(self, result: Result) -> ChangeSet:
        """Write what remains: the release, diagnostics, outputs, the sum. Answers what changed."""
        changes = change_set(self._started.values(), result.changes)
        if changes.release is not None:
            self._line(steps.release_line(changes.release))
        self._write_problems(result)
        if result.succeeded and not self._preview and result.outputs:
            if self._wrote:
                self._line("")
            for line in tables.output_lines(result.outputs):
                self._line(line)
        if self._wrote:
            self._screen.line()
        if result.succeeded or not self._preview:
            failed = not result.succeeded
            self._screen.line(steps.sum_line(changes, preview=self._preview, seconds=result.seconds, failed=failed))
        return changes

    def _line(self, text: Text | str) -> None:
        self._wrote = True
        self._screen.line(text)

    def _start(self, event: StepStarted) -> None:
        key = (event.operation, event.urn)
        self._started[key] = event
        if event.operation in HIDDEN and self._preview:
            return
        if not self._preview:
            self._running[key] = steps.doing(event)
        elif not is_release_file(event.urn):
            planned = change(event)
            self._line(steps.planned_line(planned))
            if self._diff:
                for line in steps.diff_lines(planned, event.new):
                    self._line(line)

    def _end(self, event: StepEnded) -> None:
        key = (event.operation, event.urn)
        self._running.pop(key, None)
        if self._preview or event.operation == "same":
            return
        self._ended += 1
        if is_release_file(event.urn) and event.error is None:
            return
        started = self._started.get(key)
        self._line(steps.ended_line(event, change(started) if started else None))

    def _write_problems(self, result: Result) -> None:
        told = False
        for item in self._diagnostics:
            text = f"{steps.subject(item.urn)}{item.message.rstrip()}"
            if item.severity == "error":
                self._screen.failure(text)
                told = True
            else:
                style = "yellow" if item.severity == "warning" else "dim"
                self._line(Text(f"{item.severity}: {text}", style=style))
        if result.error and not told:
            self._screen.failure(result.error)

    def _animate(self, moving: bool) -> None:
        """Begin to draw at the bottom. What moves has a thread, and no thread may be there when the engine forks: so it stands
        still until the first event."""
        if not self._screen.is_live:
            return
        if self._live is not None:
            self._live.stop()
        self._live = Live(console=self._screen.out, transient=True, auto_refresh=moving, refresh_per_second=8)
        self._live.start()
        self._redraw()

    def _redraw(self) -> None:
        if self._live is None:
            return
        names = list(self._running.values())
        shown = ", ".join(names[:_UNDER_WAY]) + (f" and {len(names) - _UNDER_WAY} more" if len(names) > _UNDER_WAY else "")
        done = f"{self._ended} of {self._total}" if self._total else f"{self._ended}"
        text = "Planning …" if self._preview else f"{done} done  {shown}"
        line = Text(text, style="dim")
        line.truncate(self._screen.out.width - 3, overflow="ellipsis")  # A spinner would wrap it.
        self._live.update(Spinner("dots", line), refresh=not self._live.auto_refresh)


def collect(operation: Callable[[Callable[[Event], None]], Result]) -> tuple[Result, list[StepEnded]]:
    """Run an operation that shows nothing; answers its result and the steps that ended."""
    ended: list[StepEnded] = []

    def listen(event: Event) -> None:
        if isinstance(event, StepEnded):
            ended.append(event)

    return operation(listen), ended
