"""`make demo`: from nothing to a provisioned environment whose dbt job has run, on this machine, by the real commands.

Every line after a `$` is a command that can be typed. The workspace is stopped at the end, also if a step fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.screen import Screen

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what it is for."""

    why: str
    arguments: tuple[str, ...]


STEPS = (
    Step("A Databricks workspace on this machine", ("workspace", "start")),
    Step("What environments/local.yaml would make in it", ("preview", "local")),
    Step("Make it", ("up", "local", "--yes", "--skip-preview", "--message", "demo")),
    Step("Run its dbt job, as the environment's service principal", ("run", "local", "streaming")),
    Step("Ask the gold layer", ("dbt", "local", "--", "--quiet", "show", "--select", "show_ratings_by_genre", "--limit", "5")),
    Step("Everything is as the file says", ("preview", "local", "--exit-code")),
    Step("What happened so far", ("history", "local")),
)
STOP = Step("The data stays for the next start", ("workspace", "stop"))


def main() -> int:
    """Run all steps; the exit code of the first that fails, else 0."""
    screen = Screen()
    begun = time.monotonic()
    code = 0
    try:
        for step in STEPS:
            code = _run(screen, step)
            if code:
                break
    finally:
        stopped = _run(screen, STOP)
    if code or stopped:
        screen.failure(f"the demo ended with code {code or stopped}", remedy="The command above tells why.")
        return code or stopped
    screen.line(f"Done in {time.monotonic() - begun:.0f} s.", style="bold green")
    screen.line("Next: .venv/bin/lakestead --help, change environments/local.yaml or dbt/, preview again.")
    return 0


def _run(screen: Screen, step: Step) -> int:
    screen.line(f"# {step.why}", style="dim")
    screen.line(f"$ lakestead {' '.join(step.arguments)}", style="bold cyan")
    screen.out.file.flush()
    variables = {key: value for key, value in os.environ.items() if not key.startswith("LAKESTEAD_")}
    code = subprocess.call([sys.executable, "-m", "scripts.lakestead", *step.arguments], cwd=ROOT, env=variables)
    screen.line()
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
