"""The commands that mend a state: refresh and cancel."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from scripts import options
from scripts.screen import Screen

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415


def refresh(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    preview_only: Annotated[bool, typer.Option("--preview-only", help="Tell what differs, and write nothing.")] = False,
    message: options.Message = "",
    diff: options.Diff = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
) -> None:
    """Make the state what the workspace is.

    What was changed by others is in the next preview then. The workspace is only read.
    """
    from infra.operations.deployment import Options
    from infra.operations.refresh import preview_refresh
    from infra.operations.refresh import refresh as run
    from infra.operations.target import open_target
    from scripts.deployment_view import DeploymentView, collect, report

    screen = Screen()
    if not yes and not preview_only and (as_json or not screen.can_ask):
        raise typer.BadParameter("nobody can be asked here: pass --yes, or --preview-only to look", param_hint="--yes")
    target = open_target(options.project(context, environments, engine), environment, os.environ)
    settings = Options(message=message, parallel=parallel)
    if as_json:
        result, steps = collect(lambda listener: (preview_refresh if preview_only else run)(target, settings, listener))
        screen.json(result.digest if preview_only else report(target.name, "refresh", result, steps))
        raise typer.Exit(0 if result.succeeded else 1)
    if preview_only or not yes:
        screen.line(f"Refresh preview of {target.name} on {target.connection.host} ({target.engine} engine)", style="bold")
        with DeploymentView(screen, preview=True, diff=diff) as view:
            result = preview_refresh(target, settings, view)
        view.close(result)
        if preview_only or not result.succeeded:
            raise typer.Exit(0 if result.succeeded else 1)
        if not screen.asks(f"Take this over into the state of {environment}?"):
            raise typer.Exit(1)
    screen.line(f"Refresh of {target.name} on {target.connection.host} ({target.engine} engine)", style="bold")
    with DeploymentView(screen, preview=False, diff=diff) as view:
        result = run(target, settings, view)
    view.close(result)
    raise typer.Exit(0 if result.succeeded else 1)


def cancel(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    force: Annotated[bool, typer.Option("--force", help="Although the lock's owner may be alive.")] = False,
) -> None:
    """Break the lock of an operation that was killed.

    What it did is folded into the state first.
    """
    from infra.operations.cancel import cancel as run

    screen = Screen()
    if not yes and not (screen.can_ask and screen.asks(f"Break the lock of {environment}?")):
        raise typer.BadParameter("this breaks a lock; to go ahead: --yes", param_hint="--yes")
    owners = run(options.project(context, environments, engine), environment, force=force)
    for owner in owners:
        screen.line(f"Released the lock of {owner}")
    if not owners:
        screen.line("Nobody had the stack's lock.")
