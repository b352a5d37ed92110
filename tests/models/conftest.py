"""Folders of environment files for the tests of the models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(local="…", base="…")` makes `environments/local.yaml` and `environments/base.yaml`, and answers the folder."""

    def make(**files: str) -> Path:
        folder = tmp_path / "environments"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
        return folder

    return make
