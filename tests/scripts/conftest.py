"""A screen whose words can be read, and a project to run the command in."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from scripts.screen import Screen

ROOT = Path(__file__).parents[2]
#: A whole environment on this machine, as short as it can be.
LOCAL = """\
workspace:
  emulator: .lakestead/workspace
warehouses:
  etl: {size: 2X-Small, permissions: {team: CAN_USE}}
catalogs:
  shop:
    schemas: {bronze: {comment: raw}}
identities:
  groups: {team: {}}
"""

Command = Callable[..., "subprocess.CompletedProcess[str]"]


class Paper(Screen):
    """A screen that is no terminal; `text` is all that was written on it."""

    def __init__(self) -> None:
        self.written = io.StringIO()
        console = Console(file=self.written, width=100, highlight=False, markup=False, emoji=False)
        super().__init__(console, console)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.written.getvalue().splitlines())


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one environment, `local`."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nmain: stacks\n")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.yaml").write_text(LOCAL)
    return tmp_path


@pytest.fixture
def lakestead(project: Path) -> Command:
    """Runs the command in `project`, in a process of its own whose environment holds nothing but what is given."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scripts.lakestead", *arguments],
            cwd=project,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **variables},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run
