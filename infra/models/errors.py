"""What can be wrong with an environment.

ModelError
├── EnvironmentNotFound    no such file
├── InvalidEnvironment     the file says something it may not; every finding has a file, a line and a key
├── Unresolved             a variable that the file reads is not set
└── WorkspaceNotRunning    the workspace on this machine does not answer
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a key stands: the file's path as it is shown, and its line, from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: where, at which key (`warehouses.etl.size`), what it is and what would be right."""

    at: Position
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.at.file}:{self.at.line}"
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ModelError(Exception):
    """An environment that cannot be used; the text is meant for the person who wrote the file."""


class EnvironmentNotFound(ModelError):
    """There is no file for this environment."""


class FoundWrong(ModelError):
    """Carries findings, one a line in its text, in the order of the files' lines."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(sorted(set(findings)))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class InvalidEnvironment(FoundWrong):
    """The file, or one that it extends, says something that it may not."""


class Unresolved(FoundWrong):
    """Variables that the file reads by `${env:NAME}` or `${secret:NAME}` are not set."""


class WorkspaceNotRunning(ModelError):
    """The environment's workspace is on this machine, and is not started."""
