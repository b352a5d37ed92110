"""The program under the embedded engine: a preview, of a workspace that nobody answers for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stacks.program import ROOT, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.make(tmp_path / "root")
    shutil.copy(ROOT / "Pulumi.yaml", made.folder)
    return made


def preview(project: Project, stack: str) -> subprocess.CompletedProcess[str]:
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("LAKESTEAD_", "PULUMI_", "DATABRICKS_"))}
    command = [sys.executable, "-m", "infra.engine", "preview", "--cwd", str(project.folder), "--stack", stack, "--json"]
    variables = {**quiet, "PYTHONPATH": str(ROOT), "PULUMI_CONFIG_PASSPHRASE": "of the test"}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120, check=False)


def test_a_preview_needs_nothing_but_the_files(project: Project) -> None:
    """Everything is to be created, no call is made, and no secret is shown."""
    done = preview(project, "local")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changeSummary"] == {"create": 39}
    secret = json.loads((project.folder / ".lakestead" / "secrets" / "local.json").read_text())["DELIVERY_TOKEN"]
    assert secret not in done.stdout
    assert "dapi-of-the-test" not in done.stdout


def test_a_wrong_environment_is_told_without_a_traceback(project: Project) -> None:
    """What the program says of the file is all that is said."""
    (project.folder / "environments" / "broken.yaml").write_text("extends: local\nwarehouses: {etl: {size: Largest}}\n")

    done = preview(project, "broken")

    assert done.returncode == 1
    assert "environments/broken.yaml:2: warehouses.etl.size: 'Largest' is not a size" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
