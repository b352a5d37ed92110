"""The commands that mend a state: refresh and cancel."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from scripts import options
from scripts.course import Course
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
    skip_preview: options.SkipPreview = False,
    preview_only: options.PreviewOnly = False,
    message: options.Message = "",
    diff: options.Diff = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
    target: options.Targets = None,
    target_dependents: options.TargetDependents = False,
    exclude: options.Excludes = None,
    exclude_dependents: options.ExcludeDependents = False,
    wait: options.Wait = 0.0,
) -> None:
    """Make the state what the workspace is.

    What was changed by others is in the next preview then. The workspace is only read. --json prints the events of `pulumi
    refresh --json`, one a line; with --preview-only one document.
    """
    chosen = options.chosen(target, exclude, target_dependents=target_dependents, exclude_dependents=exclude_dependents)
    from infra.operations.deployment import Options
    from infra.operations.refresh import preview_refresh
    from infra.operations.refresh import refresh as run
    from infra.operations.target import open_target

    screen = Screen()
    if not yes and not preview_only and (as_json or not screen.can_ask):
        raise typer.BadParameter("nobody can be asked here: pass --yes, or --preview-only to look", param_hint="--yes")
    place = open_target(options.project(context, environments, engine), environment, os.environ)
    settings = Options(message=message, parallel=parallel, wait=wait, chosen=chosen)
    question = f"Take this over into the state of {environment}?"
    course = Course(heading="Refresh of", question=question, preview=preview_refresh, operation=run)
    course.run(
        screen,
        place,
        settings,
        asks=not yes,
        previews=not yes and not skip_preview,
        as_json=as_json,
        diff=diff,
        preview_only=preview_only,
    )


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
    owners = run(options.project(context, environments, engine), environment, os.environ, force=force)
    for owner in owners:
        screen.line(f"Released the lock of {owner}")
    if not owners:
        screen.line("Nobody had the stack's lock.")
