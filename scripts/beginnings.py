"""The command that begins a repository: init."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Annotated

import typer

from scripts import options
from scripts.screen import Screen


def init(
    folder: Annotated[Path, typer.Argument(help="Where it goes; made if it is not there.", metavar="DIR")],
    *,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="The project's name; else the folder's.")] = None,
    domain: Annotated[str, typer.Option("--domain", metavar="NAME", help="The first domain: its catalog, its job.")] = "shop",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Write a repository of your own: environments, a dbt project, workflows.

    Nothing that is there is ever written over: if one of its files exists, nothing is written at all.
    """
    from infra.operations.new_repository import plan, write  # noqa: PLC0415 - the models take a moment to import

    repository = plan(folder, name=name, domain=domain, version=importlib.metadata.version("lakestead"))
    if not dry_run:
        write(repository)
    screen = Screen()
    if as_json:
        screen.json({"folder": str(folder.absolute()), "written": not dry_run, "files": list(repository.files)})
        return
    for path in repository.files:
        screen.line(f" + {folder / path}")
    if dry_run:
        screen.line(f"{len(repository.files)} files would be written; nothing has been.")
    else:
        screen.line(f"{len(repository.files)} files. Next: cd {folder}, lakestead validate, lakestead workspace start.")
