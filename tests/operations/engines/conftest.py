"""A project, and a `pulumi` on PATH that is not the real one."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.engine.events import Event
from infra.operations.engines.pulumi import PulumiEngine
from infra.operations.settings import Settings, locate

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"


@dataclass(frozen=True)
class Fake:
    """The stand-in's folder."""

    folder: Path
    variables: dict[str, str]

    def answers(self, **files: Any) -> None:
        """What it shall answer from: a file for each name, `_` standing for a dot; JSON but for texts."""
        for name, value in files.items():
            text = value if isinstance(value, str) else json.dumps(value)
            (self.folder / name.replace("_", ".")).write_text(text)

    def has_stack(self, name: str) -> None:
        (self.folder / "stacks").mkdir(exist_ok=True)
        (self.folder / "stacks" / name).touch()

    def calls(self) -> list[dict[str, Any]]:
        """Every call but the ones for the version."""
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def verbs(self) -> list[list[str]]:
        """The first words of every call."""
        return [call["arguments"][1:3] if call["arguments"][1] == "stack" else call["arguments"][1:2] for call in self.calls()]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    bin = tmp_path / "bin"
    bin.mkdir()
    shutil.copy(Path(__file__).with_name("fake_pulumi.py"), bin / "fake_pulumi.py")
    executable = bin / "pulumi"
    executable.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{bin}/fake_pulumi.py" "$@"\n')
    executable.chmod(0o755)
    folder = tmp_path / "fake"
    folder.mkdir()
    variables = {
        "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "FAKE_PULUMI": str(folder),
        "PULUMI_CONFIG_PASSPHRASE": "x",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Fake(folder, variables)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose one environment is a workspace elsewhere, which these tests never reach."""
    folder = tmp_path / "shop"
    (folder / "environments").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\nmain: stacks\n")
    (folder / "environments" / "dev.yaml").write_text(
        "workspace: {host: 'https://dev.example.com', auth: token, token: '${secret:TOKEN}'}\n"
    )
    return folder


@pytest.fixture
def settings(project: Path) -> Settings:
    return locate(project, engine="pulumi")


@pytest.fixture
def engine(settings: Settings, fake: Fake) -> PulumiEngine:
    return PulumiEngine(settings, "dev", fake.variables)


@pytest.fixture
def heard() -> list[Event]:
    """Give its `append` as a listener."""
    return []
