"""Deploys a workload with each contender, phase by phase, and keeps what every phase took.

The contenders take turns in each phase on one server, so that a noisy machine is unfair to none of them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median_low
from typing import Any

from tests.benchmarks.commands import measured
from tests.benchmarks.contenders import UNSUPPORTED, Contender, Place
from tests.benchmarks.phases import PHASES, Outcome, Phase
from tests.benchmarks.server import Served, Server, served, serving
from tests.benchmarks.workloads import Project, Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Under which conditions: milliseconds of latency on each call, calls a second that the server allows (None: any)."""

    resources: int
    latency: float = 0
    rate: float | None = None
    #: Seconds that one phase may take.
    timeout: float = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One phase of one contender. Seconds and bytes; None is what could not be measured.

    `seconds`, `cpu` and `peak` are of the whole command, imports included. `calls` were admitted, `refused` answered with 429.
    `span`: from the first call's arrival to the last one's answer; `bound`: what no tool can undercut by much.
    """

    workload: str
    resources: int
    contender: str
    phase: str
    seconds: float = 0
    cpu: float = 0
    peak: int = 0
    written: int = 0
    server_cpu: float = 0
    calls: int = 0
    refused: int = 0
    writes: int = 0
    span: float | None = None
    bound: float | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A measurement whose span is not known before the server's log is complete."""

    measurement: Measurement
    began: float
    ended: float


def measure(
    workload: Workload, setting: Setting, contenders: Sequence[Contender], say: Callable[[str], None]
) -> list[Measurement]:
    """All phases of all contenders, on a fresh server. What it starts it stops."""
    with tempfile.TemporaryDirectory(prefix="lakestead-bench-") as name:
        folder = Path(name)
        with serving(folder / "workspace") as server:
            _misbehave(server, setting)
            places = _places(workload, setting, contenders, server, folder)
            taken = list(_phases(places, workload, setting, say))
        calls = served(folder / "workspace")
    return [_with_span(item, calls, workload, setting) for item in taken]


def _misbehave(server: Server, setting: Setting) -> None:
    if setting.rate is not None:  # first, because a refusal is answered at once
        server.add_fault({"kind": "rate", "per_second": setting.rate, "retry_after": 1})
    if setting.latency:
        server.add_fault({"kind": "latency", "milliseconds": setting.latency})


def _places(
    workload: Workload, setting: Setting, contenders: Sequence[Contender], server: Server, folder: Path
) -> dict[Contender, Place]:
    places = {}
    for number, contender in enumerate(contenders):
        prefix = f"{contender.prefix}{number}"
        project = Project(folder / prefix, workload, setting.resources, prefix=prefix, host=server.host, token=server.token)
        places[contender] = Place(
            project=project, server=server, workload=workload.name, resources=setting.resources, prefix=prefix
        )
    return places


def _phases(
    places: Mapping[Contender, Place], workload: Workload, setting: Setting, say: Callable[[str], None]
) -> Iterator[_Taken]:
    failed: set[Contender] = set()
    for phase in PHASES:
        for contender, place in places.items():
            if contender in failed:
                continue
            taken = _taken(phase, contender, place, workload, setting)
            if taken.measurement.problem not in ("", UNSUPPORTED):
                failed.add(contender)  # what follows would measure something else
            say(_progress(taken.measurement))
            yield taken


def _taken(phase: Phase, contender: Contender, place: Place, workload: Workload, setting: Setting) -> _Taken:
    blank = Measurement(
        workload=workload.name, resources=setting.resources, contender=contender.name, phase=phase.name, problem=UNSUPPORTED
    )
    command = contender.command(phase)
    if command is None:
        return _Taken(blank, 0, 0)
    place.project.revise(phase.revision)
    before, busy = place.server.counts(), place.server.cpu_seconds()
    place.server.reset()
    began = time.time()
    usage = measured(
        command,
        folder=place.project.folder,
        environment=contender.environment(phase, place),
        timeout=setting.timeout,
    )
    ended = time.time()
    traffic, after = place.server.traffic(), place.server.counts()
    added = {kind: count - before[kind] for kind, count in after.items() if count != before[kind]}
    outcome = Outcome(added=added, made=workload.made(setting.resources), traffic=traffic)
    measurement = replace(
        blank,
        seconds=usage.seconds,
        cpu=usage.cpu_seconds,
        peak=usage.peak,
        written=usage.written,
        server_cpu=place.server.cpu_seconds() - busy,
        calls=traffic.calls,
        refused=traffic.refused,
        writes=traffic.writes,
        problem=usage.failure or phase.problem(outcome),
    )
    return _Taken(measurement, began, ended)


def _with_span(taken: _Taken, calls: Sequence[Served], workload: Workload, setting: Setting) -> Measurement:
    own = [call for call in calls if taken.began <= call.began and call.ended <= taken.ended + 1]
    if not own:
        return taken.measurement
    span = max(call.ended for call in own) - min(call.began for call in own)
    return replace(taken.measurement, span=span, bound=_bound(taken.measurement, workload, setting))


def _bound(measurement: Measurement, workload: Workload, setting: Setting) -> float | None:
    phase = next(phase for phase in PHASES if phase.name == measurement.phase)
    if not phase.full or not (setting.rate or setting.latency):
        return None
    chain = workload.chain if phase.name == "deploy" else 1
    return max(chain * setting.latency / 1000, measurement.calls / setting.rate if setting.rate else 0)


def medians(runs: Sequence[Sequence[Measurement]]) -> list[Measurement]:
    """Several runs of the same phases as one: the median of each figure, and the first problem."""
    return [_median(same) for same in zip(*runs, strict=True)]


def _median(same: Sequence[Measurement]) -> Measurement:
    figures = ("seconds", "cpu", "peak", "written", "server_cpu", "calls", "refused", "writes", "span", "bound")
    found: dict[str, Any] = {}
    for name in figures:
        values = [value for run in same if (value := getattr(run, name)) is not None]
        found[name] = median_low(values) if values else None
    return replace(same[0], **found, problem=next((run.problem for run in same if run.problem), ""))


def _progress(measurement: Measurement) -> str:
    how = measurement.problem or f"{measurement.seconds:.1f} s, {measurement.calls} calls"
    return f"{measurement.workload} × {measurement.resources:,}: {measurement.phase}, {measurement.contender}: {how}"
