"""One run of the program for `local`, shared by the tests that look at it."""

from __future__ import annotations

import pytest

from tests.stacks.program import Project, Registered


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.make(tmp_path_factory.mktemp("project") / "root")


@pytest.fixture(scope="session")
def local(project: Project) -> Registered:
    return project.run("local")
