"""The commands that run dbt: as a job in the workspace, or here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from scripts import options
from scripts.screen import Screen

if TYPE_CHECKING:
    from infra.operations.run_events import RunResult

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415

RunId = Annotated[int | None, typer.Option(metavar="RUN", help="Follow a run that is under way, instead of starting one.")]


def run(
    context: typer.Context,
    environment: options.EnvironmentName,
    job: options.JobName,
    *,
    environments: options.Environments = None,
    follow: RunId = None,
    cancel: Annotated[int | None, typer.Option(metavar="RUN", help="End a run that is under way, and start none.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show each test that passes, too.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a job of an environment and follow it.

    Shows tasks, and dbt nodes as they end. Ctrl-C stops following; the run goes on in the workspace.
    """
    from infra.operations.job_runs import Runs
    from scripts.run_view import RunView, as_document

    if follow is not None and cancel is not None:
        raise typer.BadParameter("--follow and --cancel exclude one another", param_hint="--cancel")
    screen = Screen()
    runs = Runs.open(options.project(context, environments), environment, job, os.environ)
    if cancel is not None:
        runs.cancel(cancel)
        screen.line(f"run {cancel} is being cancelled")
        return
    number = runs.existing(follow) if follow is not None else runs.start()
    try:
        with RunView(screen, job, quiet=as_json, verbose=verbose) as view:
            view.begin(number, runs.host)
            result: RunResult = runs.follow(number, view)
    except KeyboardInterrupt:
        screen.note(f"\nNo longer following. Run {number} goes on in {runs.host}.")
        screen.note(f"  follow it:  lakestead run {environment} {job} --follow {number}")
        screen.note(f"  cancel it:  lakestead run {environment} {job} --cancel {number}")
        raise typer.Exit(130) from None
    if as_json:
        screen.json(as_document(result))
    else:
        view.close(result)
    raise typer.Exit(0 if result.succeeded else 1)


def dbt(
    context: typer.Context,
    environment: options.EnvironmentName,
    arguments: Annotated[list[str], typer.Argument(metavar="-- ARGS...", help="What follows `dbt` on its own command line.")],
    environments: options.Environments = None,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", metavar="KEY", help="A warehouse of the environment; its jobs' by default.")
    ] = None,
) -> None:
    """Run dbt here, connected to an environment.

    The exit code is dbt's.

    \b
    lakestead dbt local -- debug
    lakestead dbt local -- run --select gold
    lakestead dbt local -- show --select dim_shows
    """
    from infra.operations.dbt_command import run_dbt
    from infra.operations.outputs import outputs
    from infra.operations.target import open_target

    settings = options.project(context, environments)
    target = open_target(settings, environment, os.environ, deploys=False)
    values = outputs(settings, environment, os.environ)
    raise typer.Exit(run_dbt(target, values, arguments, os.environ, warehouse=warehouse))
