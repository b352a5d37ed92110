"""`lakestead state|stack|config VERB ENV …`: the engine's own commands, on an environment's stack."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from scripts import options

Words = Annotated[list[str] | None, typer.Argument(metavar="[ARGS]...", help="What the engine's command takes.")]

#: Whatever follows the environment is the engine's.
_FORWARDED: Final = {"ignore_unknown_options": True, "allow_extra_args": True}

_STATE: Final = {
    "import": "Take over resources that exist: TYPE NAME ID, or --file FILE.",
    "unprotect": "Take protection away from a resource: URN, or --all.",
    "protect": "Protect a resource from deletion: URN, or --all.",
    "delete": "Forget a resource, which stays in the workspace: URN.",
    "rename": "Give a resource another name: URN NAME.",
}
_STACK: Final = {
    "export": "Print the state as a document; --version N of the history, --file FILE.",
    "import": "Replace the state by an exported one; --file FILE.",
    "output": "Print what came out, as the engine has it; [KEY] --json.",
    "history": "List the updates, as the engine has them; --json.",
    "tag": "The stack's tags: ls, get NAME, set NAME VALUE, rm NAME.",
    "init": "Make the stack, empty.",
    "rm": "Forget the stack, its history and its file; --force.",
    "change-secrets-provider": "Give it another passphrase: passphrase.",
}
_CONFIG: Final = {
    "set": "Set a value: KEY VALUE, --secret.",
    "get": "Print a value: KEY.",
    "rm": "Remove a value: KEY.",
    "ls": "List all values; --show-secrets.",
}


def _command(group: str, verb: str, help: str) -> Callable[..., None]:
    def run(context: typer.Context, environment: options.EnvironmentName, words: Words = None) -> None:
        from infra.operations.engine_command import importing, run_engine_command  # noqa: PLC0415 - nobody waits for others

        settings = options.project(context)
        given = list(words or ())
        if (group, verb) == ("state", "import"):
            forwarded = importing(settings, environment, given)
        elif (group, verb) == ("stack", "init"):
            forwarded = ["stack", "init", environment, *given]
        elif (group, verb) == ("stack", "rm"):
            forwarded = ["stack", "rm", environment, *given]
        else:
            forwarded = [group, verb, *given]
        raise typer.Exit(run_engine_command(settings, environment, os.environ, forwarded))

    run.__doc__ = help
    return run


def _group(name: str, summary: str, verbs: Mapping[str, str]) -> typer.Typer:
    commands = typer.Typer(name=name, no_args_is_help=True, rich_markup_mode=None, help=summary)
    for verb, help in verbs.items():
        commands.command(verb, context_settings=_FORWARDED)(_command(name, verb, help))
    return commands


state = _group("state", "Change an environment's state by hand.", _STATE)
stack = _group("stack", "An environment's stack as a whole.", _STACK)
config = _group("config", "The configuration of an environment's stack.", _CONFIG)
