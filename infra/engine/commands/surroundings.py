"""What every command finds: its project and stack, the passphrase, where state lives; and how it prints."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.engine import stacks
from infra.engine.backend import Backend
from infra.engine.commands.outcomes import UsageError
from infra.engine.errors import SecretsError
from infra.engine.operation import stack_backend
from infra.engine.project import Project, load_project, state_folder

Command = Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Place:
    """One stack of one project."""

    project: Project
    stack: str
    backend: Backend


def common(parser: argparse.ArgumentParser, command: Command) -> None:
    """Declare what every command takes, and what it does."""
    parser.add_argument("--cwd", "-C", type=Path, default=Path(), metavar="DIR", help="the folder of Pulumi.yaml")
    parser.add_argument("--stack", "-s", metavar="NAME", help="the one selected by `stack select` if left out")
    parser.add_argument("--non-interactive", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(command=command)


def place(options: argparse.Namespace) -> Place:
    """The stack that a command is about."""
    project = load_project(options.cwd)
    stack = options.stack or stacks.selected(project)
    return Place(project, stack, stack_backend(project, stack, backend_folder()))


def backend_folder() -> Path | str | None:
    """Where the environment says that state lives, if it does."""
    url = os.environ.get("PULUMI_BACKEND_URL")
    return state_folder(url, Path.cwd()) if url else None


def passphrase(environment: Mapping[str, str]) -> str | None:
    """The passphrase that the environment holds or points to; None if it does neither."""
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return environment["PULUMI_CONFIG_PASSPHRASE"]
    path = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretsError(f"PULUMI_CONFIG_PASSPHRASE_FILE: cannot read {path}: {error.strerror}") from error


def demanded_passphrase() -> str:
    """The passphrase, which this command cannot do without."""
    found = passphrase(os.environ)
    if found is None:
        raise SecretsError("secrets are needed, and no passphrase was given: set PULUMI_CONFIG_PASSPHRASE")
    return found


def agreed(options: argparse.Namespace, question: str) -> bool:
    """Whether to go on: `--yes`, or an answer on a terminal."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("--yes must be passed in to proceed when running in non-interactive mode")
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def say(line: str) -> None:
    """A line for the user."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_json(value: Any, indent: int = 2) -> None:
    """A document for machines."""
    say(json.dumps(value, indent=indent, ensure_ascii=False))


def say_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, margin: str = "") -> None:
    """A heading and the rows, each column as wide as its widest cell, as the CLI prints them."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for cells in (columns, *rows):
        say((margin + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))).rstrip())
