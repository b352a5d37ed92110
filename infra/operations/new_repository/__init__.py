"""A team's own repository: environments, a dbt project, workflows and a program of two lines that calls this package's.

Its files are in `files/`, under the names that they get but for the ending `.in`, and `dot-` for a leading dot. Words in
capitals in them (`NAME`, `DBT_NAME`, `DOMAIN`, `VERSION`) are filled in. Nothing is ever written over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from infra.models.schema import environment_schema
from infra.operations.errors import RepositoryExists, RepositoryName

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_DOMAIN: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_WORD: Final = re.compile(r"\b(NAME|DBT_NAME|DOMAIN|VERSION)\b")


@dataclass(frozen=True, slots=True)
class Repository:
    """What is written: the folder, and each file's text by its path in it."""

    folder: Path
    files: Mapping[str, str]


def plan(folder: Path, *, name: str | None, domain: str, version: str) -> Repository:
    """The repository that would be written into `folder`, which may exist and may hold other files.

    `name` is the folder's where None; `version` is the one of this package that it depends on. Raises `RepositoryName` for a
    name or a domain that the platform would refuse, `RepositoryExists` where a file of it is there already.
    """
    chosen = _chosen(folder, name)
    if not _DOMAIN.fullmatch(domain):
        raise RepositoryName(
            f"`{domain}` is no domain", remedy="Use small letters, digits and `_`, a letter first: --domain shop"
        )
    words = {"NAME": chosen, "DBT_NAME": chosen.replace("-", "_"), "DOMAIN": domain, "VERSION": version}
    content = {_filled(path, words): _filled(text, words) for path, text in _templates(files(__name__) / "files", "")}
    content["environments/schema.json"] = json.dumps(environment_schema(), indent=2, ensure_ascii=False) + "\n"
    _refuse_existing(folder, content)
    return Repository(folder, dict(sorted(content.items())))


def write(repository: Repository) -> None:
    """Write every file; one that came into being meanwhile is refused, and stays."""
    for name, text in repository.files.items():
        path = repository.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise RepositoryExists(f"{path} is there already", why="It came while the others were written.") from error


def _chosen(folder: Path, name: str | None) -> str:
    chosen = name or re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-")
    if not _NAME.fullmatch(chosen):
        what = f"`{chosen}` is no name for a project" if chosen else "a project needs a name"
        raise RepositoryName(what, remedy="Use small letters, digits and `-`, a letter first: --name my-data")
    return chosen


def _templates(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        name = entry.name.replace("dot-", ".", 1) if entry.name.startswith("dot-") else entry.name
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{name}/")
        elif name.endswith(".in"):
            yield f"{prefix}{name.removesuffix('.in')}", entry.read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: words[found[0]], text)


def _refuse_existing(folder: Path, content: Mapping[str, str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise RepositoryExists(f"{folder} is a file", remedy="Name a folder; it is made if it is not there.")
    there = [name for name in sorted(content) if (folder / name).exists()]
    if there:
        raise RepositoryExists(
            f"{folder} holds {', '.join(there[:5])}{' and more' if len(there) > 5 else ''} already",
            why="Nothing is ever written over, and nothing has been written.",
            remedy="Name another folder, or move these files away.",
        )
