"""One run of the program over an environment that uses all that components can do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.stacks.program import Project, Registered

ENVIRONMENTS = Path(__file__).with_name("environments")
DELIVERY = Path(__file__).with_name("delivery")
VARIABLES = {"LAKESTEAD_SECRET_TOKEN": "t0ken", "LAKESTEAD_SECRET_PASSWORD": "passw0rd"}
#: What `working.yaml` reads: each secret is its name in small letters.
NAMES = ("ACCOUNT", "OPENAI", "GIT", "SLACK", "HOOK", "HOOK_PASSWORD", "PAGER", "TEAMS")


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    run = Project.make(tmp_path_factory.mktemp("rich") / "root", ENVIRONMENTS).run("rich", VARIABLES)
    assert (run.errors, run.code) == ("", 0)
    return run


@pytest.fixture(scope="session")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    run = Project.make(tmp_path_factory.mktemp("governed") / "root", ENVIRONMENTS).run("governed", VARIABLES)
    assert (run.errors, run.code) == ("", 0)
    return run


@pytest.fixture(scope="session")
def working(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    """All that runs, is looked at, or is offered to others."""
    project = Project.make(tmp_path_factory.mktemp("working") / "root", ENVIRONMENTS)
    shutil.copytree(DELIVERY, project.folder / "delivery")
    run = project.run("working", {f"LAKESTEAD_SECRET_{name}": name.lower() for name in NAMES})
    assert (run.errors, run.code) == ("", 0)
    return run
