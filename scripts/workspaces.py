"""`lakestead workspace …`: the Databricks workspace on this machine."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from infra.operations import local_workspace
from scripts import options
from scripts.presentation.tables import status_lines
from scripts.screen import Screen

STOPPED = 3
"""The exit code of `workspace status` for a workspace that does not run."""

Folder = Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Its folder; .lakestead/workspace by default.")]

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def workspace() -> None:
    """A Databricks workspace on this machine."""


@commands.command()
def start(
    context: typer.Context,
    folder: Folder = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Its port on 127.0.0.1; else the one that it had before.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Start it in the background, unless it runs already."""
    _show(local_workspace.start(_folder(context, folder), port=port), as_json)


@commands.command()
def stop(context: typer.Context, folder: Folder = None) -> None:
    """Stop it. Its data stays."""
    path = _folder(context, folder)
    stopped = local_workspace.stop(path)
    Screen().line(f"stopped: {path}" if stopped else f"it was not running: {path}")


@commands.command()
def status(context: typer.Context, folder: Folder = None, as_json: options.AsJson = False) -> None:
    """Tell whether it runs, where, and what it holds. Ends with 3 if it does not run."""
    now = local_workspace.status(_folder(context, folder))
    _show(now, as_json)
    raise typer.Exit(0 if now.running else STOPPED)


@commands.command()
def reset(context: typer.Context, folder: Folder = None, yes: options.Yes = False) -> None:
    """Remove all of its data.

    A running one is refused without --yes, which stops it first. The state of what was deployed there is set aside.
    """
    from infra.operations.stranded_stacks import set_aside, stacks_in  # noqa: PLC0415 - only a reset reads states

    settings = options.project(context)
    path = _folder(context, folder)
    screen = Screen()
    if not yes and not screen.can_ask:
        raise typer.BadParameter("there is no terminal to ask on; to go ahead, add --yes", param_hint="--yes")
    stacks = stacks_in(settings, path)
    deployed = "".join(f", and {stack.name} with its {stack.resources} resources" for stack in stacks)
    if not yes and not local_workspace.status(path).running and not screen.asks(f"Remove everything in {path}{deployed}?"):
        screen.note("Nothing was touched.")
        raise typer.Exit(1)
    removed = local_workspace.reset(path, stop_first=yes)
    screen.line(f"removed: {path}" if removed else f"there was nothing: {path}")
    for stack in stacks:
        kept = set_aside(settings, stack.name)
        screen.line(f"{stack.name}: its {stack.resources} resources are gone; the last state is kept in {kept}")


def _folder(context: typer.Context, folder: Path | None) -> Path:
    return folder.absolute() if folder is not None else options.project(context).default_workspace


def _show(now: local_workspace.WorkspaceStatus, as_json: bool) -> None:
    screen = Screen()
    if as_json:
        screen.json({**dataclasses.asdict(now), "folder": str(now.folder)})
        return
    for line in status_lines(now):
        screen.line(line)
