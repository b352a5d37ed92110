"""A project of its own, a workspace of its own, and the command as a user has it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("lakestead")


@dataclass(frozen=True)
class Project:
    """A copy of this project's files in a folder of the test's, with state and workspace of its own.

    `variables` are set for the command besides; nothing else of this process's that could steer it is.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def lakestead(self, *arguments: str, expect: int = 0) -> str:
        """Standard output of the command; fails the test if it ends with another code than `expect`."""
        quiet = {
            key: value for key, value in os.environ.items() if not key.startswith(("DATABRICKS_", "PULUMI_", "LAKESTEAD_"))
        }
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=quiet | dict(self.variables),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"lakestead {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout if expect == 0 else done.stdout + done.stderr

    def json(self, *arguments: str, expect: int = 0) -> Any:
        return json.loads(self.lakestead(*arguments, "--json", expect=expect))

    @property
    def workspace(self) -> Path:
        return self.folder / ".lakestead" / "workspace"

    @property
    def host(self) -> str:
        return str(json.loads((self.workspace / "server.json").read_text())["host"])

    @property
    def admin_token(self) -> str:
        return (self.workspace / "token").read_text().strip()

    def client(self, token: str | None = None) -> WorkspaceClient:
        """The official SDK, as the admin or with another principal's token."""
        return WorkspaceClient(config=Config(host=self.host, token=token or self.admin_token, auth_type="pat"))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, in one of the project's files."""
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))


def copy_project(folder: Path) -> Project:
    for name in ("environments", "stacks", "dbt", "delivery"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("target", "logs", "__pycache__", ".user.yml"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return Project(folder)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A fresh project with a running, empty workspace."""
    fresh = copy_project(tmp_path)
    fresh.lakestead("workspace", "start")
    yield fresh
    fresh.lakestead("workspace", "stop")


@pytest.fixture(scope="session")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose `local` is up and whose job has run: shared by tests that only look."""
    shared = copy_project(tmp_path_factory.mktemp("provisioned"))
    shared.lakestead("workspace", "start")
    try:
        shared.lakestead("up", "local", "--yes")
        shared.lakestead("run", "local", "streaming")
        yield shared
    finally:
        shared.lakestead("workspace", "stop")
