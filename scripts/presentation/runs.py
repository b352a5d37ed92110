"""A job run as lines: tasks, dbt nodes as they end, what went wrong, the sum."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from infra.operations.dbt_log import Counts, Node, NodeStatus, Problem
from infra.operations.run_events import RunResult

_MARKS: dict[NodeStatus, tuple[str, str]] = {
    "success": ("✓", "green"),
    "pass": ("✓", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✗", "red"),
    "error": ("✗", "red"),
    "skipped": ("–", "dim"),
    "no-op": ("–", "dim"),
}

#: How the states of tasks begin that were stopped, or not even started: there is nothing to explain about them.
_NEVER_RAN = ("UPSTREAM", "CANCEL", "EXCLUDED", "DISABLED", "SKIPPED")


def node_line(task: str, node: Node) -> Text:
    """One dbt node that ended: its task, its name, and how."""
    mark, style = _MARKS[node.status]
    line = Text("  ")
    line.append(f"{mark} ", style=style)
    line.append(f"{task:<10} ", style="dim")
    line.append(f"{node.name:<48} ")
    took = f" {node.seconds:.1f} s" if node.seconds is not None else ""
    line.append(f"{node.result}{took}", style="dim" if mark == "✓" else style)
    return line


def task_line(task: str, state: str, seconds: float | None, passed: int = 0) -> Text:
    """A task that ended, and how many tests passed in it."""
    line = Text("  ")
    if state.startswith(_NEVER_RAN):
        line.append(f"– {task:<10} {state.lower().replace('_', ' ')}", style="dim")
        return line
    good = state == "SUCCESS"
    line.append("✓ " if good else "✗ ", style="green" if good else "red")
    line.append(f"{task:<10} ", style="bold")
    took = f" in {seconds:.1f} s" if seconds is not None else ""
    tests = f", {passed} {'test' if passed == 1 else 'tests'} passed" if passed else ""
    line.append(f"{state.lower().replace('_', ' ')}{took}{tests}", style="dim" if good else "red")
    return line


def problem_lines(problem: Problem) -> Iterator[Text]:
    """Why a node failed, in dbt's words."""
    where = f" ({problem.path})" if problem.path else ""
    yield Text(f"{problem.heading}{where}", style="bold red")
    for line in problem.message.splitlines():
        yield Text(f"    {line}")


def counts_text(counts: Counts) -> str:
    """`34 nodes: 33 passed, 1 warned`."""
    parts = [
        f"{number} {word}"
        for number, word in (
            (counts.passed, "passed"),
            (counts.warned, "warned"),
            (counts.errors, "failed"),
            (counts.skipped, "skipped"),
            (counts.no_op, "without effect"),
        )
        if number
    ]
    if not counts.total:
        return "no dbt node ran"
    return f"{counts.total} dbt {'node' if counts.total == 1 else 'nodes'}: {', '.join(parts)}"


def result_lines(result: RunResult) -> Iterator[Text]:
    """How a run ended: what went wrong in which task, then one line."""
    yield Text()
    for task in result.tasks:
        if task.state == "SUCCESS" or task.state.startswith(_NEVER_RAN):
            continue
        for problem in task.problems:
            yield from problem_lines(problem)
        if not task.problems:
            yield Text(f"task {task.task}: {task.message or task.state.lower()}", style="bold red")
            for line in task.log.splitlines():
                yield Text(f"    {line}", style="dim")
        yield Text()
    word = "succeeded" if result.succeeded else result.state.lower().replace("_", " ")
    style = "bold green" if result.succeeded else "bold red"
    yield Text(f"{result.job} {word} in {result.seconds:.0f} s: {counts_text(result.counts)}", style=style)
    if not result.succeeded and result.page:
        yield Text(f"  {result.page}", style="dim")
