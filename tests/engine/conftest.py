"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.bench import Bench
from tests.engine.yard import Yard


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """The first generation of the yard's program, deployed; not to be changed, but copied."""
    yard = Yard(tmp_path_factory.mktemp("first"))
    assert yard.up(1) == 0, yard.error
    return yard
