"""How a command that changes something goes: a preview, a question, the operation; in lines, or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from scripts.screen import Screen

if TYPE_CHECKING:
    from infra.engine.operation import Result
    from infra.operations.deployment import Listener, Options
    from infra.operations.target import Target

    Operation = Callable[[Target, Options, Listener], Result]

# Imports inside the functions: what a command does not need, it does not wait for.
# ruff: noqa: PLC0415

INTERRUPTED = 130
"""The exit code of an operation that was asked to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`heading` and `question` are for people; `preview` and `operation` do the work."""

    heading: str
    question: str
    preview: Operation
    operation: Operation

    def run(
        self,
        screen: Screen,
        target: Target,
        options: Options,
        *,
        asks: bool,
        previews: bool,
        as_json: bool = False,
        diff: bool = False,
        preview_only: bool = False,
    ) -> None:
        """Go all the way; ends the command with its exit code."""
        if as_json:
            self._as_json(screen, target, options, preview_only=preview_only)
        total = None
        if previews or preview_only:
            question = self.question if asks and not preview_only else ""
            total = previewed(screen, target, lambda listener: self.preview(target, options, listener), question, diff=diff)
        if preview_only:
            raise typer.Exit(0)
        from scripts.deployment_view import DeploymentView

        header(screen, self.heading, target)
        with DeploymentView(screen, preview=False, diff=diff, total=total) as view:
            result = self.operation(target, options, view)
        view.close(result)
        raise typer.Exit(ending(result, interrupted=view.interrupted))

    def _as_json(self, screen: Screen, target: Target, options: Options, *, preview_only: bool) -> None:
        """A preview as the CLI's digest, anything else as its stream of events; then the end."""
        if preview_only:
            result = self.preview(target, options, lambda event: None)
            screen.json(result.digest)
        else:
            result = self.operation(target, replace(options, stream=screen.raw), lambda event: None)
        raise typer.Exit(ending(result))


def header(screen: Screen, what: str, target: Target) -> None:
    """What is done to which environment, where, by what."""
    screen.line(f"{what} {target.name} on {target.connection.host} ({target.engine} engine)", style="bold")
    screen.line()


def previewed(screen: Screen, target: Target, run: Callable[[Listener], Result], question: str, *, diff: bool = False) -> int:
    """Show the preview and ask, if there is a question; answers how many steps there will be. A no ends the command."""
    from scripts.deployment_view import DeploymentView

    header(screen, "Preview of", target)
    with DeploymentView(screen, preview=True, diff=diff) as view:
        result = run(view)
    view.close(result)
    if not result.succeeded:
        raise typer.Exit(ending(result, interrupted=view.interrupted))
    if question and has_changes(result) and not screen.asks(question):
        screen.note("Nothing was touched.")
        raise typer.Exit(1)
    screen.line()
    return sum(number for operation, number in result.changes.items() if operation != "same")


def has_changes(result: Result) -> bool:
    """Whether anything is, or was, not as it should be."""
    return any(number for operation, number in result.changes.items() if operation != "same")


def ending(result: Result, *, interrupted: bool = False) -> int:
    """The exit code."""
    return 0 if result.succeeded else INTERRUPTED if interrupted else 1


def require_answer(screen: Screen, yes: bool, as_json: bool, command: str, option: str) -> None:
    """Refuse to wait for an answer that nobody can give. `option`: the one that asks nothing, if it was given."""
    if yes:
        return
    if option:
        raise typer.BadParameter(f"{option} asks nothing, so it needs --yes", param_hint=option)
    if as_json or not screen.can_ask:
        raise typer.BadParameter(
            f"there is no terminal to ask on; to go ahead: lakestead {command} ENV --yes", param_hint="--yes"
        )
