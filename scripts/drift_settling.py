"""Adopting or reverting drift, as a person sees it: what would be done, a question, the update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from infra.operations.drift.settling import adopt, revert, rewriting
from scripts.deployment_view import DeploymentView, collect
from scripts.presentation.drift import unsaid_lines
from scripts.screen import Screen

if TYPE_CHECKING:
    from infra.engine.operation import Result
    from infra.operations.deployment import Listener, Options
    from infra.operations.drift.detection import Deployed
    from infra.operations.drift.findings import Drift
    from infra.operations.target import Target


def settle(
    screen: Screen,
    target: Target,
    found: Drift,
    deployed: Deployed,
    options: Options,
    *,
    adopts: bool,
    asks: bool,
    quiet: bool,
) -> dict[str, Any]:
    """Do it; ends the command with 1 where it fails or is declined. Answers what a machine is told besides."""
    changes, unsaid = rewriting(target, found, deployed) if adopts else (None, ())
    told: dict[str, Any] = {"notAdopted": [{"what": left.what, "why": left.why} for left in unsaid]} if adopts else {}
    if changes is not None:
        told |= {"file": str(changes.path), "diff": changes.diff()}
    if not quiet:
        for line in unsaid_lines(unsaid):
            screen.line(line)
        if changes is not None:
            screen.line(changes.diff().rstrip())
    question = f"Write this into {target.name}.yaml?" if adopts else f"Put the workspace of {target.name} right?"
    if asks and not screen.asks(question):
        raise typer.Exit(1)

    def run(listener: Listener) -> Result:
        return revert(target, found, options, listener) if changes is None else adopt(target, changes, options, listener)

    if quiet:
        result, _ = collect(run)
        told |= {"succeeded": result.succeeded, "error": result.error, "changes": dict(result.changes)}
    else:
        with DeploymentView(screen, preview=False) as view:
            result = run(view)
        view.close(result)
    if not result.succeeded:
        raise typer.Exit(1)
    return told
