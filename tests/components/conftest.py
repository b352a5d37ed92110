"""One run of the program over an environment that uses all that components can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stacks.program import Project, Registered

ENVIRONMENTS = Path(__file__).with_name("environments")
VARIABLES = {"LAKESTEAD_SECRET_TOKEN": "t0ken", "LAKESTEAD_SECRET_PASSWORD": "passw0rd"}


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
