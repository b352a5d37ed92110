"""The content of a dbt project, and the place where every content that was ever released is kept.

Files are kept under the sha256 of their bytes, beside the state: whoever brings back an earlier version of the stack finds
them there, whatever the working tree holds by then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.models import ModelError

#: What dbt and its users leave in a project that is no part of it. `profiles.yml` says who connects: a job brings its own.
LEFT_OUT: Final = frozenset({"target", "logs", "dbt_packages", "dbt_internal_packages", "profiles.yml", "__pycache__"})


@dataclass(frozen=True, slots=True)
class File:
    """A file of a project: its path in it, with `/` between the parts, and the sha256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """The files of a project, in the order of their paths."""

    folder: Path
    files: tuple[File, ...]

    @property
    def version(self) -> str:
        """Twelve digits of the hash over every path and every file: the name of a release."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.sha256}  {file.path}\n".encode())
        return digest.hexdigest()[:12]


def read_content(folder: Path) -> Content:
    """The dbt project in `folder`. Hidden files and what dbt leaves behind are no part of it."""
    if not (folder / "dbt_project.yml").is_file():
        raise ModelError(f"{folder} is no dbt project: it has no dbt_project.yml; 'dbt.project' names the project's folder")
    files = [File(path.relative_to(folder).as_posix(), _sha256(path)) for path in _walk(folder)]
    return Content(folder, tuple(sorted(files, key=lambda file: file.path)))


def keep(content: Content, assets: Path) -> None:
    """Put every file into `assets` under its sha256; what is there already is left as it is."""
    assets.mkdir(parents=True, exist_ok=True)
    for file in content.files:
        kept = assets / file.sha256
        if kept.exists():
            continue
        data = (content.folder / file.path).read_bytes()
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ModelError(f"{content.folder / file.path} changed while it was read; run again")
        beside = assets / f"{file.sha256}.{os.getpid()}"
        beside.write_bytes(data)
        beside.replace(kept)


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.name.startswith("."):
            continue
        if path.is_symlink():
            raise ModelError(f"{path} is a link; a release holds files only: put the file itself there, or hide it by a dot")
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
