"""A program is what its files say."""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from pathlib import Path

import pytest

from tests.engine.bench import Bench


@pytest.mark.parametrize("place", ["sizes.py", "sizes/__init__.py"])
def test_bytecode_beside_the_program_counts_for_nothing(bench: Bench, place: str) -> None:
    """An edit in the same second, of the same length, is seen."""
    path = bench.folder / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("size = 1\n")
    py_compile.compile(str(path))
    before = path.stat()
    path.write_text("size = 2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    result = bench.up("import sizes\npulumi.export('size', sizes.size)")
    assert result.outputs == {"size": 2}


def test_packages_in_a_virtual_environment_keep_their_bytecode(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if it lies in the program's folder."""
    packages = bench.folder / "venv" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "installed.py").write_text("size = 3\n")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    result = bench.up(
        f"import sys\nsys.path.append({str(packages)!r})\nimport installed\npulumi.export('size', installed.size)"
    )
    assert result.outputs == {"size": 3}
    assert Path(importlib.util.cache_from_source(str(packages / "installed.py"))).exists()
