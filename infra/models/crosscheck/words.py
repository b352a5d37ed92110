"""What every check is written in: a path into the file with what is wrong there, and names that have to be known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.models.environment import Environment
from infra.models.suggestion import did_you_mean

Path = tuple[str | int, ...]
#: What a check finds: where, and what is wrong there.
Wrong = Iterator[tuple[Path, str]]


def known(path: Path, word: str, among: Iterable[str], noun: str, where: str) -> Wrong:
    """Finds a word that is none of those that `where`, a key of the file, says."""
    words = sorted(among)
    if word not in words:
        there = did_you_mean(word, words) or (f"; {where} has {', '.join(words)}" if words else f"; {where} has none")
        yield path, f"'{word}' is no {noun}{there}"


def principal(environment: Environment, path: Path, word: str) -> Wrong:
    """Finds a word that is nobody of `identities`."""
    yield from known(path, word, environment.identities.principals, "service principal, user or group", "identities")
