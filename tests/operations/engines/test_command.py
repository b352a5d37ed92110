"""`lakestead --engine pulumi`, as a person or a pipeline runs it: the same lines, JSON and exit codes as the other engine's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.operations.engines.conftest import GOLDEN, ROOT, Fake

DIGEST = json.loads((GOLDEN / "step2.preview.json").read_text())


def lakestead(fake: Fake, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.lakestead", "--engine", "pulumi", *arguments],
        cwd=project,
        env={**fake.variables, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LAKESTEAD_SECRET_TOKEN": "t0ken"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_a_preview_shows_what_changes_and_ends_with_2(fake: Fake, project: Path) -> None:
    fake.answers(preview_json=DIGEST)

    done = lakestead(fake, project, "preview", "dev", "--diff", "--exit-code")

    assert (done.returncode, done.stderr) == (2, "")
    assert "(pulumi engine)" in done.stdout
    assert "raw tables" in done.stdout


def test_a_preview_for_a_machine_is_the_clis(fake: Fake, project: Path) -> None:
    fake.answers(preview_json=DIGEST)

    done = lakestead(fake, project, "preview", "dev", "--json")

    assert (done.returncode, json.loads(done.stdout)) == (0, DIGEST)


def test_a_failed_update_ends_with_1(fake: Fake, project: Path) -> None:
    fake.answers(preview_json=DIGEST, up_json=DIGEST, up_error="the workspace said no")

    done = lakestead(fake, project, "up", "dev", "--yes")

    assert done.returncode == 1
    assert "the workspace said no" in done.stdout + done.stderr
