"""A copy of the program in a folder of the test's, and what it registers there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HOST = Path(__file__).with_name("language_host.py")
#: What marks a secret on the wire; its value stands beside, under `value`.
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
DBT = {"dbt_project.yml": "name: lakestead\n", "models/a.sql": "select 1 as a\n", "seeds/empty.csv": ""}


def number(name: str) -> str:
    """The number that the platform of the tests gives to a job, a service principal or a git credential of this name."""
    return str(zlib.crc32(name.encode()))


@dataclass(frozen=True)
class Registered:
    """What one run registered, in order, and what the stack answered."""

    resources: list[dict[str, Any]]
    outputs: dict[str, Any]
    errors: str
    code: int

    def of(self, type: str) -> dict[str, dict[str, Any]]:
        """The resources of a type (`Grant`, or a whole token) by their logical names."""
        return {one["name"]: one for one in self.resources if one["type"].rpartition(":")[2] == type or one["type"] == type}

    def inputs(self, type: str, name: str) -> dict[str, Any]:
        """The inputs of one resource."""
        found: dict[str, Any] = self.of(type)[name]["inputs"]
        return found


@dataclass(frozen=True)
class Project:
    """A project: the program, environments, a dbt project of three files, and the marks of a running workspace."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, environments: Path | None = None) -> Project:
        shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(environments or ROOT / "environments", folder / "environments")
        if environments is None:
            shutil.copytree(ROOT / "delivery", folder / "delivery")
        for name, text in DBT.items():
            (folder / "dbt" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "dbt" / name).write_text(text)
        workspace = folder / ".lakestead" / "workspace"
        workspace.mkdir(parents=True)
        (workspace / "server.json").write_text('{"host": "http://127.0.0.1:4711"}')
        (workspace / "token").write_text("dapi-of-the-test\n")
        return cls(folder)

    def run(self, stack: str, variables: Mapping[str, str] | None = None) -> Registered:
        """Run the program for a stack, with nothing of the shell but what is given."""
        quiet = {
            key: value for key, value in os.environ.items() if not key.startswith(("LAKESTEAD_", "PULUMI_", "DATABRICKS_"))
        }
        output = self.folder / "registered.json"
        done = subprocess.run(
            [sys.executable, str(HOST), str(self.folder / "stacks"), stack, str(output)],
            cwd=self.folder,
            env={**quiet, "PYTHONPATH": str(ROOT), **(variables or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        seen = json.loads(output.read_text())
        return Registered(seen["registered"], seen["outputs"], done.stderr, done.returncode)
