"""`lakestead refresh` and `lakestead cancel`."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.scripts.conftest import Command


def test_a_lock_is_broken_if_its_owner_is_gone(lakestead: Command, project: Path) -> None:
    """One that lives keeps it."""
    folder = next(iter(sorted(project.glob("Pulumi.yaml"))))
    name = next(line.partition(":")[2].strip() for line in folder.read_text().splitlines() if line.startswith("name:"))
    lock = project / ".lakestead/state/.pulumi/locks/organization" / name / "local/one.json"
    lock.parent.mkdir(parents=True)
    owner = {"pid": os.getpid(), "username": "ann", "hostname": os.uname().nodename, "timestamp": "2026-11-21T00:00:00Z"}
    lock.write_text(json.dumps(owner))

    assert "may still be at work" in lakestead("cancel", "local", "--yes").stderr
    lock.write_text(json.dumps(owner | {"pid": 2**22 + 1}))
    assert "Released the lock of ann@" in lakestead("cancel", "local", "--yes").stdout
    assert lakestead("cancel", "local", "--yes").stdout == "Nobody had the stack's lock.\n"
    assert lakestead("cancel", "local").returncode == 2


def test_a_refresh_asks_before_it_writes(lakestead: Command, project: Path) -> None:
    """Where nobody can answer, `--yes` or `--preview-only` is needed; then a stopped workspace is told."""
    refused, stopped = lakestead("refresh", "local"), lakestead("refresh", "local", "--preview-only")

    assert (refused.returncode, stopped.returncode) == (2, 1)
    assert "--preview-only" in refused.stderr
    assert "lakestead workspace start" in stopped.stderr
