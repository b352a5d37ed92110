"""What importing alone takes, to be told apart from the work."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median_low
from typing import Final

from tests.benchmarks.commands import Usage, measured
from tests.benchmarks.contenders import surroundings
from tests.benchmarks.phases import PHASES

_MODULES: Final = {
    "engine": "infra.engine.__main__",
    "provider": "infra.providers.databricks.provider",
    "sdk": "infra.providers.databricks.transport",
    "program": "pulumi_databricks",
}
_RUNS: Final = 3


def measured_imports() -> Mapping[str, Usage]:
    """What importing takes, by phase. The first run, which may have to compile, does not count."""
    found: dict[tuple[str, ...], Usage] = {}
    for phase in PHASES:
        if phase.imports not in found:
            found[phase.imports] = _measured(phase.imports)
    return {phase.name: found[phase.imports] for phase in PHASES}


def _measured(parts: tuple[str, ...]) -> Usage:
    # Without collecting garbage, as the engine imports.
    command = [sys.executable, "-c", f"import gc; gc.disable(); import {', '.join(_MODULES[part] for part in parts)}"]
    runs = [measured(command, folder=Path("/"), environment=surroundings(), timeout=120) for _ in range(_RUNS + 1)][1:]
    return Usage(
        seconds=median_low(run.seconds for run in runs),
        cpu_seconds=median_low(run.cpu_seconds for run in runs),
        peak=median_low(run.peak for run in runs),
        written=0,
        failure=next((run.failure for run in runs if run.failure), ""),
    )
