"""Results for people: a table in the terminal, the same in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks.commands import Usage
from tests.benchmarks.contenders import UNSUPPORTED
from tests.benchmarks.measurement import Measurement, Setting
from tests.benchmarks.phases import PHASES

COLUMNS = (
    ("phase", "left"),
    ("tool", "left"),
    ("wall s", "right"),
    ("less imports", "right"),
    ("CPU s", "right"),
    ("less imports", "right"),
    ("peak MB", "right"),
    ("less imports", "right"),
    ("written MB", "right"),
    ("calls", "right"),
    ("429s", "right"),
    ("first to last call s", "right"),
    ("÷ bound", "right"),
    ("server CPU s", "right"),
)
_TITLES = {phase.name: phase.title for phase in PHASES}


def title(workload: str, setting: Setting) -> str:
    """What was measured, under which conditions."""
    latency = f"{setting.latency:g} ms latency" if setting.latency else "no latency"
    rate = f", at most {setting.rate:g} calls a second" if setting.rate else ""
    return f"{setting.resources:,} resources: {workload}, {latency}{rate}"


def row(measurement: Measurement, imports: Usage | None) -> list[str]:
    """The cells of one measurement."""
    start = [_TITLES[measurement.phase], measurement.contender]
    if measurement.problem == UNSUPPORTED:
        return [*start, UNSUPPORTED, *[""] * (len(COLUMNS) - 3)]
    if measurement.problem:
        return [*start, f"failed after {measurement.seconds:.1f}", *[""] * (len(COLUMNS) - 3)]
    over = None if not (measurement.bound and measurement.span) else measurement.span / measurement.bound
    return [
        *start,
        f"{measurement.seconds:.2f}",
        f"{measurement.seconds - imports.seconds:.2f}" if imports else "",
        f"{measurement.cpu:.2f}",
        f"{measurement.cpu - imports.cpu_seconds:.2f}" if imports else "",
        f"{measurement.peak / 1e6:.0f}",
        f"{(measurement.peak - imports.peak) / 1e6:.0f}" if imports else "",
        f"{measurement.written / 1e6:.1f}",
        f"{measurement.calls:,}",
        f"{measurement.refused:,}",
        "" if measurement.span is None else f"{measurement.span:.2f}",
        "" if over is None else f"{over:.2f}",
        f"{measurement.server_cpu:.2f}",
    ]


def show(heading: str, measurements: Sequence[Measurement], imports: Mapping[str, Usage], own: str) -> None:
    """Print the table; what went wrong stands below it. `own` is the contender whose imports were measured."""
    table = Table(title=heading, title_justify="left")
    for name, side in COLUMNS:
        table.add_column(name, justify="right" if side == "right" else "left")
    for measurement in measurements:
        table.add_row(*row(measurement, imports.get(measurement.phase) if measurement.contender == own else None))
    console = Console(width=None if Console().is_terminal else 200)
    console.print(table)
    for problem in problems(measurements):
        console.print(problem, markup=False)


def problems(measurements: Sequence[Measurement]) -> list[str]:
    """A line for each phase that did not come to what it should."""
    return [
        f"{measurement.contender}, {_TITLES[measurement.phase]}: {measurement.problem}"
        for measurement in measurements
        if measurement.problem not in ("", UNSUPPORTED)
    ]


def markdown(measurements: Sequence[Measurement], imports: Mapping[str, Usage], own: str) -> str:
    """The table in Markdown."""
    lines = [[name for name, _ in COLUMNS], ["---:" if side == "right" else "---" for _, side in COLUMNS]]
    lines += [row(item, imports.get(item.phase) if item.contender == own else None) for item in measurements]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
