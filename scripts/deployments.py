"""The commands that read an environment file and deploy it: validate, preview, up, destroy, history, outputs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.operations.settings import Settings
from scripts import options
from scripts.screen import Screen

if TYPE_CHECKING:
    from infra.engine.operation import Result
    from infra.operations.deployment import Listener
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
) -> None:
    """Show what an update would change. Nothing is touched.

    --json prints what `pulumi preview --json` does.
    """
    from infra.operations.deployment import Options
    from infra.operations.preview import preview as run
    from scripts.deployment_view import DeploymentView, collect

    screen = Screen()
    target = _open(options.project(context, environments, engine), environment)
    settings = Options(parallel=parallel)
    if as_json:
        result, _ = collect(lambda listener: run(target, settings, listener))
        screen.json(result.digest)
    else:
        _header(screen, "Preview of", target)
        with DeploymentView(screen, preview=True, diff=diff) as view:
            result = run(target, settings, view)
        changes = view.close(result)
        if result.succeeded and changes.counts.keys() - {"same"}:
            screen.line(f"Nothing was touched. To make it so: lakestead up {environment}", style="dim")
    if not result.succeeded:
        raise typer.Exit(1)
    raise typer.Exit(CHANGES if exit_code and _has_changes(result) else 0)


def up(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    skip_preview: Annotated[bool, typer.Option("--skip-preview", help="Do not preview first; needs --yes.")] = False,
    message: options.Message = "",
    diff: options.Diff = False,
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
) -> None:
    """Make the workspace what the environment says.

    Shows a preview, asks, then updates.
    """
    from infra.operations.deployment import Options
    from infra.operations.preview import preview
    from infra.operations.up import up as run
    from scripts.deployment_view import DeploymentView, collect, report

    screen = Screen()
    _require_answer(screen, yes, as_json, "up", "--json" if as_json else "--skip-preview" if skip_preview else "")
    target = _open(options.project(context, environments, engine), environment)
    settings = Options(message=message, parallel=parallel)
    if as_json:
        result, steps = collect(lambda listener: run(target, settings, listener))
        screen.json(report(target.name, "update", result, steps))
        raise typer.Exit(0 if result.succeeded else 1)
    total = None
    if not skip_preview:
        question = "" if yes else f"Make these changes to {environment}?"
        total = _previewed(screen, target, lambda listener: preview(target, settings, listener), question, diff=diff)
    _header(screen, "Update of", target)
    with DeploymentView(screen, preview=False, diff=diff, total=total) as view:
        result = run(target, settings, view)
    view.close(result)
    raise typer.Exit(0 if result.succeeded else 1)


def destroy(
    context: typer.Context,
    environment: options.EnvironmentName,
    *,
    environments: options.Environments = None,
    engine: options.Engine = None,
    yes: options.Yes = False,
    message: options.Message = "",
    as_json: options.AsJson = False,
    parallel: options.Parallel = 16,
) -> None:
    """Remove all that an environment has made, data included."""
    from infra.operations.deployment import Options
    from infra.operations.destroy import destroy as run
    from infra.operations.destroy import preview_destroy
    from scripts.deployment_view import DeploymentView, collect, report

    screen = Screen()
    _require_answer(screen, yes, as_json, "destroy", "--json" if as_json else "")
    target = _open(options.project(context, environments, engine), environment)
    settings = Options(message=message, parallel=parallel)
    if as_json:
        result, steps = collect(lambda listener: run(target, settings, listener))
        screen.json(report(target.name, "destroy", result, steps))
        raise typer.Exit(0 if result.succeeded else 1)
    total = None
    if not yes:
        question = f"Remove all of this from {environment}, with the data in it?"
        total = _previewed(screen, target, lambda listener: preview_destroy(target, settings, listener), question)
    _header(screen, "Removal of", target)
    with DeploymentView(screen, preview=False, total=total) as view:
        result = run(target, settings, view)
    view.close(result)
    raise typer.Exit(0 if result.succeeded else 1)


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


def _header(screen: Screen, what: str, target: Target) -> None:
    screen.line(f"{what} {target.name} on {target.connection.host} ({target.engine} engine)", style="bold")
    screen.line()


def _previewed(screen: Screen, target: Target, run: Callable[[Listener], Result], question: str, *, diff: bool = False) -> int:
    """Show the preview and ask, if there is a question; answers how many steps there will be. A no ends the command."""
    from scripts.deployment_view import DeploymentView

    _header(screen, "Preview of", target)
    with DeploymentView(screen, preview=True, diff=diff) as view:
        result = run(view)
    view.close(result)
    if not result.succeeded:
        raise typer.Exit(1)
    if question and _has_changes(result) and not screen.asks(question):
        screen.note("Nothing was touched.")
        raise typer.Exit(1)
    screen.line()
    return sum(number for operation, number in result.changes.items() if operation != "same")


def _require_answer(screen: Screen, yes: bool, as_json: bool, command: str, option: str) -> None:
    """Refuse to wait for an answer that nobody can give."""
    if yes:
        return
    if option:
        raise typer.BadParameter(f"{option} asks nothing, so it needs --yes", param_hint=option)
    if as_json or not screen.can_ask:
        raise typer.BadParameter(
            f"there is no terminal to ask on; to go ahead: lakestead {command} ENV --yes", param_hint="--yes"
        )


def _has_changes(result: Result) -> bool:
    return any(number for operation, number in result.changes.items() if operation != "same")
