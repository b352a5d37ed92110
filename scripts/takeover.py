"""The command that brings a workspace under management which others have filled."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from scripts import options
from scripts.screen import Screen

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415


def import_(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    catalog: Annotated[
        list[str] | None, typer.Option("--catalog", help="Only this catalog; may be repeated.", metavar="NAME")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what the file would say, and write nothing.")] = False,
    yes: options.Yes = False,
    as_json: options.AsJson = False,
    message: options.Message = "",
    parallel: options.Parallel = 16,
) -> None:
    """Bring an existing workspace under management.

    Writes what is in the workspace into the environment's file, which says no more than its `workspace` at first, and
    takes it over into the state. The workspace is only read: catalogs, schemas, volumes, their grants, storage credentials,
    external locations, SQL warehouses. What is left alone is told.
    """
    from infra.operations.deployment import Options
    from infra.operations.takeover.bring_in import bring_in, look
    from infra.operations.target import open_target
    from scripts.deployment_view import DeploymentView, collect

    screen = Screen()
    if not yes and not dry_run and (as_json or not screen.can_ask):
        raise typer.BadParameter("nobody can be asked here: pass --yes, or --dry-run to look", param_hint="--yes")
    target = open_target(options.project(context, environments, engine), environment, os.environ)
    found, changes = look(target, frozenset(catalog or ()))
    told = {"environment": target.name, "file": str(changes.path), "diff": changes.diff(), "leftAlone": dict(found.left_alone)}
    if not as_json:
        screen.line(f"Import of {target.connection.host} into {target.name}", style="bold")
        screen.line(changes.diff().rstrip() or "The file says all that is there.")
        for kind, count in found.left_alone.items():
            screen.line(f"left alone: {count} {kind}", style="yellow")
    if dry_run:
        if as_json:
            screen.json(told)
        return
    if not yes and not screen.asks(f"Write this into {changes.path.name}, and take it over?"):
        raise typer.Exit(1)
    settings = Options(message=message, parallel=parallel)
    if as_json:
        result, _ = collect(lambda listener: bring_in(target, changes, settings, listener))
        screen.json({**told, "succeeded": result.succeeded, "error": result.error, "changes": dict(result.changes)})
    else:
        with DeploymentView(screen, preview=False) as view:
            result = bring_in(target, changes, settings, view)
        view.close(result)
    raise typer.Exit(0 if result.succeeded else 1)
