"""The commands that read an environment file and deploy it: validate, preview, up, destroy, history, outputs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.operations.settings import Settings
from scripts import options
from scripts.course import Course, has_changes, header, require_answer
from scripts.screen import Screen

if TYPE_CHECKING:
    from infra.operations.target import Target

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415

CHANGES = 2
"""The exit code of `preview --exit-code` when there are changes."""


def validate(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Environments; all of them by default.", metavar="[ENV]...", autocompletion=options.environment_names
        ),
    ] = None,
    environments: options.Environments = None,
    as_json: options.AsJson = False,
) -> None:
    """Check environment files.

    Tells every error at once, with file and line. No variable needs to be set and nothing is called.
    """
    from infra.operations.validation import validate as run

    screen = Screen()
    results = run(options.project(context, environments), names or [])
    if as_json:
        screen.json(
            [
                {
                    "environment": result.name,
                    "valid": not result.error,
                    "findings": [
                        {"file": item.at.file, "line": item.at.line, "key": item.key, "message": item.message}
                        for item in result.findings
                    ],
                    "error": result.error or None,
                }
                for result in results
            ]
        )
    else:
        for result in results:
            if result.error:
                screen.failure(result.error)
            else:
                screen.line(f"{result.name}: valid")
    raise typer.Exit(1 if any(result.error for result in results) else 0)


def preview(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    diff: options.Diff = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 0: no change, 2: changes, 1: an error.")] = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
    refresh: options.Refresh = False,
    target: options.Targets = None,
    target_dependents: options.TargetDependents = False,
    exclude: options.Excludes = None,
    exclude_dependents: options.ExcludeDependents = False,
    replace: options.Replaces = None,
    target_replace: options.TargetReplaces = None,
) -> None:
    """Show what an update would change. Nothing is touched.

    --json prints what `pulumi preview --json` does.
    """
    chosen = options.chosen(
        target,
        exclude,
        replaces=replace,
        target_replaces=target_replace,
        target_dependents=target_dependents,
        exclude_dependents=exclude_dependents,
    )
    from infra.operations.deployment import Options
    from infra.operations.preview import preview as run
    from scripts.deployment_view import DeploymentView

    screen = Screen()
    place = _open(options.project(context, environments, engine), environment)
    settings = Options(parallel=parallel, refresh=refresh, chosen=chosen)
    if as_json:
        result = run(place, settings, lambda event: None)
        screen.json(result.digest)
    else:
        header(screen, "Preview of", place)
        with DeploymentView(screen, preview=True, diff=diff) as view:
            result = run(place, settings, view)
        changes = view.close(result)
        if result.succeeded and changes.counts.keys() - {"same"}:
            screen.line(f"Nothing was touched. To make it so: lakestead up {environment}", style="dim")
    if not result.succeeded:
        raise typer.Exit(1)
    raise typer.Exit(CHANGES if exit_code and has_changes(result) else 0)


def up(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    skip_preview: options.SkipPreview = False,
    message: options.Message = "",
    diff: options.Diff = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
    refresh: options.Refresh = False,
    target: options.Targets = None,
    target_dependents: options.TargetDependents = False,
    exclude: options.Excludes = None,
    exclude_dependents: options.ExcludeDependents = False,
    replace: options.Replaces = None,
    target_replace: options.TargetReplaces = None,
    wait: options.Wait = 0.0,
) -> None:
    """Make the workspace what the environment says.

    Shows a preview, asks, then updates. --json prints the events of `pulumi up --json`, one a line. Ctrl-C finishes
    what is under way; a second one ends it at once.
    """
    chosen = options.chosen(
        target,
        exclude,
        replaces=replace,
        target_replaces=target_replace,
        target_dependents=target_dependents,
        exclude_dependents=exclude_dependents,
    )
    from infra.operations.deployment import Options
    from infra.operations.preview import preview
    from infra.operations.up import up as run

    screen = Screen()
    require_answer(screen, yes, as_json, "up", "--json" if as_json else "--skip-preview" if skip_preview else "")
    place = _open(options.project(context, environments, engine), environment)
    settings = Options(message=message, parallel=parallel, refresh=refresh, wait=wait, chosen=chosen)
    course = Course(heading="Update of", question=f"Make these changes to {environment}?", preview=preview, operation=run)
    course.run(screen, place, settings, asks=not yes, previews=not skip_preview, as_json=as_json, diff=diff)


def destroy(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    preview_only: options.PreviewOnly = False,
    message: options.Message = "",
    diff: options.Diff = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
    refresh: options.Refresh = False,
    target: options.Targets = None,
    target_dependents: options.TargetDependents = False,
    exclude: options.Excludes = None,
    exclude_dependents: options.ExcludeDependents = False,
    exclude_protected: Annotated[
        bool, typer.Option("--exclude-protected", help="Leave what is protected, and what that needs.")
    ] = False,
    wait: options.Wait = 0.0,
) -> None:
    """Remove all that an environment has made, data included.

    --json prints the events of `pulumi destroy --json`, one a line.
    """
    chosen = options.chosen(
        target,
        exclude,
        target_dependents=target_dependents,
        exclude_dependents=exclude_dependents,
        exclude_protected=exclude_protected,
    )
    from infra.operations.deployment import Options
    from infra.operations.destroy import destroy as run
    from infra.operations.destroy import preview_destroy

    screen = Screen()
    require_answer(screen, yes or preview_only, as_json, "destroy", "--json" if as_json else "")
    place = _open(options.project(context, environments, engine), environment)
    settings = Options(message=message, parallel=parallel, refresh=refresh, wait=wait, chosen=chosen)
    question = f"Remove all of this from {environment}, with the data in it?"
    course = Course(heading="Removal of", question=question, preview=preview_destroy, operation=run)
    course.run(screen, place, settings, asks=not yes, previews=not yes, as_json=as_json, diff=diff, preview_only=preview_only)


def history(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    as_json: options.AsJson = False,
) -> None:
    """List the updates of an environment.

    The newest comes first. --json prints what `pulumi stack history --json` does.
    """
    from infra.operations.history import history as run

    screen = Screen()
    entries = run(options.project(context, environments), environment, os.environ)
    if as_json:
        screen.json([dict(entry.record) for entry in entries])
    elif not entries:
        screen.line(f"{environment} has no history yet.")
    else:
        from scripts.presentation.tables import history_lines

        for line in history_lines(entries):
            screen.line(line)


def outputs(
    context: typer.Context,
    environment: options.EnvironmentName,
    key: Annotated[str | None, typer.Argument(help="One output, such as warehouses.etl.", metavar="[KEY]")] = None,
    *,
    environments: options.Environments = None,
    show_secrets: options.ShowSecrets = False,
    as_json: options.AsJson = False,
) -> None:
    """Print the ids and names that an environment made."""
    from infra.operations.outputs import output
    from infra.operations.outputs import outputs as run

    screen = Screen()
    values: Any = run(options.project(context, environments), environment, os.environ, show_secrets=show_secrets)
    if key is not None:
        values = output(values, key)
    if as_json:
        screen.json(values)
    elif isinstance(values, dict):
        from scripts.presentation.tables import output_lines

        for line in output_lines(values):
            screen.line(line)
    else:
        screen.line(str(values))


def _open(settings: Settings, environment: str) -> Target:
    from infra.operations.target import open_target

    return open_target(settings, environment, os.environ)
