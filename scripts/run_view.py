"""A job run while it is followed: dbt nodes as they end, the tasks that run at the bottom, the sum."""

from __future__ import annotations

import dataclasses
from collections import Counter
from types import TracebackType
from typing import Any

from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from infra.operations.run_events import NodeEnded, RunEvent, RunResult, TaskEnded, TaskStarted
from scripts.presentation import runs
from scripts.screen import Screen


class RunView:
    """A listener for one run. Use it as a context manager around the run, then `close` it.

    A quiet one shows nothing. Tests that pass are counted in their task's line; a verbose one shows each.
    """

    def __init__(self, screen: Screen, job: str, *, quiet: bool = False, verbose: bool = False) -> None:
        self._screen = screen
        self._job = job
        self._quiet = quiet
        self._verbose = verbose
        self._passed: Counter[str] = Counter()
        self._running: dict[str, str] = {}
        live = screen.is_live and not quiet
        self._live = Live(console=screen.out, transient=True, refresh_per_second=8) if live else None

    def __enter__(self) -> RunView:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def begin(self, run: int, host: str) -> None:
        """The run is there."""
        if not self._quiet:
            self._screen.line(f"Run {run} of {self._job} on {host}", style="bold")
            self._screen.line()

    def __call__(self, event: RunEvent) -> None:
        """Take one event."""
        match event:
            case TaskStarted():
                self._running[event.task] = ""
            case NodeEnded():
                self._running[event.task] = f" {event.node.index} of {event.node.total}"
                self._passed[event.task] += event.node.status == "pass"
                if self._verbose or event.node.status != "pass":
                    self._show(runs.node_line(event.task, event.node))
            case TaskEnded():
                self._running.pop(event.task, None)
                self._show(runs.task_line(event.task, event.state, event.seconds, self._passed[event.task]))
        if self._live is not None:
            running = ", ".join(f"{task}{progress}" for task, progress in self._running.items())
            self._live.update(Spinner("dots", Text(running or "waiting", style="dim")))

    def close(self, result: RunResult) -> None:
        """Write what went wrong, and the sum."""
        for line in runs.result_lines(result):
            self._screen.line(line)

    def _show(self, line: Text) -> None:
        if not self._quiet:
            self._screen.line(line)


def as_document(result: RunResult) -> dict[str, Any]:
    """The run for a machine."""
    return {
        **{key: getattr(result, key) for key in ("run_id", "job", "job_id", "state", "message", "page", "seconds")},
        "counts": dataclasses.asdict(result.counts),
        "tasks": [
            {key: value for key, value in dataclasses.asdict(task).items() if key != "log" or task.state != "SUCCESS"}
            for task in result.tasks
        ],
    }
