"""Results for machines (JSON), and for the documentation: one section a setting in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.commands import Usage
from tests.benchmarks.measurement import Measurement, Setting

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "benchmarks.md"
_INTRODUCTION: Final = """# Benchmarks

Written by `make bench BENCH="--resources N --write"`, a section for each setting; what else is measured, and against which
other tools, says `python -m tests.benchmarks --help`. The workspace is this project's emulator, a process of its own on the
same machine; its CPU time is not the tool's. "Less imports" leaves out what importing the same modules takes. "Written" is
what goes to disk, "÷ bound" compares the time from the first to the last call with max(longest chain of calls, calls ÷ rate).
"""


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "pulumi": version("pulumi"),
        "pulumi_databricks": version("pulumi-databricks"),
    }


def document(setting: Setting, measurements: Sequence[Measurement], imports: Mapping[str, Usage]) -> dict[str, Any]:
    """Everything that was measured, in seconds and bytes."""
    return {
        "machine": machine(),
        "setting": asdict(setting),
        "imports": {
            phase: {"seconds": usage.seconds, "cpu": usage.cpu_seconds, "peak": usage.peak} for phase, usage in imports.items()
        },
        "measurements": [asdict(item) for item in measurements],
    }


def write(heading: str, table: str, path: Path = DOCUMENT) -> None:
    """Put a section into the document, in the place of the one of the same heading."""
    where = machine()
    lead = f"{where['cores']} cores, Python {where['python']}, Pulumi SDK {where['pulumi']}.\n"
    sections = _sections(path.read_text(encoding="utf-8")) if path.exists() else {}
    sections[heading] = f"{lead}\n{table}"
    texts = [f"## {name}\n\n{sections[name].strip()}\n" for name in sorted(sections, key=_order)]
    path.write_text("\n".join([_INTRODUCTION, *texts]), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _order(heading: str) -> tuple[str, int]:
    """Workload by workload, the small ones first."""
    count, _, rest = heading.partition(" resources: ")
    return rest, int(count.replace(",", ""))
