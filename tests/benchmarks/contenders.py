"""Who is measured: this project's engine, and any other tool by its command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from tests.benchmarks.commands import bytecode_kept
from tests.benchmarks.phases import Phase
from tests.benchmarks.server import Server
from tests.benchmarks.workloads import PASSPHRASE, STACK, Project

ROOT: Final = Path(__file__).parents[2]
_FOREIGN: Final = ("DATABRICKS_", "PULUMI_", "LAKESTEAD_")
UNSUPPORTED: Final = "not supported yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a contender works: its project, the server, and how much is deployed of what."""

    project: Project
    server: Server
    workload: str
    resources: int
    prefix: str


class Contender(Protocol):
    """A tool that deploys. `prefix` names its objects, so that several can use one server."""

    name: str
    prefix: str

    def command(self, phase: Phase) -> Sequence[str] | None:
        """What to run in the project's folder; None for a phase that the tool does not know."""

    def environment(self, phase: Phase, place: Place) -> Mapping[str, str]:
        """The whole environment of that command."""


def surroundings() -> dict[str, str]:
    """The environment of this project's commands: nothing in it points at another workspace or state."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return kept | {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE, "PYTHONPATH": str(ROOT)}


class Lakestead:
    """The embedded engine, as `python -m infra.engine`."""

    name = "lakestead"
    prefix = "ls"

    def command(self, phase: Phase) -> Sequence[str] | None:
        verb, *flags = phase.arguments
        if not _knows(verb):
            return None
        return [sys.executable, "-m", "infra.engine", verb, "--cwd", ".", "--stack", STACK, *flags]

    def environment(self, phase: Phase, place: Place) -> Mapping[str, str]:
        return surroundings()


class Other:
    """A command of the shell, run once for each phase in a folder of its own.

    It finds in its environment LAKESTEAD_BENCH_PHASE (deploy, preview, again, change, drift, destroy), _WORKLOAD, _RESOURCES,
    _REVISION (of the program: 2 has one changed comment), _HOST and _TOKEN of the server, _PREFIX for the names of its
    objects, _PYTHON, an interpreter that has the packages, and _FOLDER, which holds the same program as a Pulumi project with a
    stack `bench`, and is kept between phases. tests/benchmarks/pulumi.sh is such a command, for the Pulumi CLI.
    """

    prefix = "vs"

    def __init__(self, command: str) -> None:
        program, *arguments = command.split(maxsplit=1)
        self.name = program.rpartition("/")[2]
        here = Path(program).resolve()  # it is run elsewhere
        self._command = " ".join([str(here) if here.is_file() else program, *arguments])

    def command(self, phase: Phase) -> Sequence[str] | None:
        return ["/bin/sh", "-c", self._command]

    def environment(self, phase: Phase, place: Place) -> Mapping[str, str]:
        said = {
            "PHASE": phase.name,
            "WORKLOAD": place.workload,
            "RESOURCES": str(place.resources),
            "REVISION": str(phase.revision),
            "HOST": place.server.host,
            "TOKEN": place.server.token,
            "PREFIX": place.prefix,
            "PYTHON": sys.executable,
            "FOLDER": str(place.project.folder),
        }
        return {**os.environ, **{f"LAKESTEAD_BENCH_{key}": value for key, value in said.items()}}


@cache
def _knows(verb: str) -> bool:
    """Whether the engine's command has this verb."""
    command = [sys.executable, "-m", "infra.engine", verb, "--help"]
    done = subprocess.run(command, cwd=ROOT, env=bytecode_kept(os.environ), capture_output=True, check=False)
    return done.returncode == 0
