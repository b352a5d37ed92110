"""The command that compares a workspace with what was deployed to it, and makes an end of the difference."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from scripts import options
from scripts.screen import Screen

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415

DRIFTED = 2
"""The exit code of `drift --exit-code` when there is drift."""


def drift(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Write what the workspace holds into the environment file.")] = False,
    revert: Annotated[bool, typer.Option("--revert", help="Put the workspace right.")] = False,
    yes: options.Yes = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 0: no drift, 2: drift, 1: an error.")] = False,
    as_json: options.AsJson = False,
    message: options.Message = "",
    parallel: options.Parallel = 16,
) -> None:
    """Show what was changed in the workspace by others.

    Compares the environment file, the state and the workspace, property by property; grants and bindings that nobody here
    gave are told too. Without --adopt or --revert nothing is touched.
    """
    from infra.operations.deployment import Options
    from infra.operations.drift.detection import detect
    from infra.operations.target import open_target
    from scripts.presentation.drift import drift_lines

    screen = Screen()
    if adopt and revert:
        raise typer.BadParameter("choose one: --adopt changes the file, --revert the workspace", param_hint="--adopt")
    if (adopt or revert) and not yes and (as_json or not screen.can_ask):
        raise typer.BadParameter("nobody can be asked here: pass --yes, or leave out --adopt and --revert", param_hint="--yes")
    target = open_target(options.project(context, environments, engine), environment, os.environ)
    settings = Options(message=message, parallel=parallel)
    found, deployed = detect(target, settings, lambda _event: None)
    if not as_json:
        screen.line(f"Drift of {target.name} on {target.connection.host}", style="bold")
        for line in drift_lines(found):
            screen.line(line)
    document = found.as_json() if as_json else {}
    if found and (adopt or revert):
        from scripts.drift_settling import settle

        document |= settle(screen, target, found, deployed, settings, adopts=adopt, asks=not yes, quiet=as_json)
    if as_json:
        screen.json({"environment": target.name, **document})
    raise typer.Exit(DRIFTED if exit_code and found and not (adopt or revert) else 0)
