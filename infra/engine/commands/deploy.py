"""`preview`, `up`, `refresh` and `destroy`: a preview, a question, the operation; as the CLI does it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from infra.engine import stacks
from infra.engine.commands import arguments
from infra.engine.commands.narration import narrate
from infra.engine.commands.outcomes import ExpectationError, UsageError
from infra.engine.commands.surroundings import backend_folder, common, passphrase, place
from infra.engine.errors import EngineError
from infra.engine.operation import Kind, Request
from infra.engine.plugins import discover

_PREVIEWS: Final[Mapping[str, Kind]] = {
    "preview": "preview",
    "up": "preview",
    "refresh": "preview-refresh",
    "destroy": "preview-destroy",
}
_OPERATION: Final = {"preview": "preview", "up": "update", "refresh": "refresh", "destroy": "destroy"}


def declare(verbs: Any) -> None:
    """Add the commands to a parser's verbs."""
    for verb, summary in (
        ("preview", "show what an update would do"),
        ("up", "make the stack what the program says"),
        ("refresh", "make the state what the world is"),
        ("destroy", "delete everything that the stack has"),
    ):
        parser = verbs.add_parser(verb, help=summary, allow_abbrev=False)
        common(parser, _run)
        arguments.declare_running(parser)
        arguments.declare_deploying(parser, verb)
        arguments.declare_selecting(parser, verb)
        if verb != "preview":
            arguments.declare_confirming(parser)


def _run(options: argparse.Namespace) -> int:
    verb: str = options.verb
    if verb == "preview":
        return _perform(options, "preview")
    refuse_unanswerable(options)
    if not options.skip_preview:
        status = _perform(options, _PREVIEWS[verb])
        if status or options.preview_only:
            return status
        if not options.yes and not confirmed(f"Do you want to perform this {_OPERATION[verb]}?"):
            return 1
    status = _perform(options, cast("Kind", verb))
    if not status and verb == "destroy" and options.remove:
        found = place(options)
        stacks.remove(found.project, found.backend, force=False, keep_config=False)
        if not options.json:
            sys.stdout.write(f"The resources in the stack have been deleted, and the stack {found.stack} is removed.\n")
    return status


def refuse_unanswerable(options: argparse.Namespace) -> None:
    """Raise `UsageError` for options that exclude one another, and where a question would find nobody."""
    if options.preview_only:
        for name in ("skip_preview", "yes"):
            if getattr(options, name):
                raise UsageError(f"--{name.replace('_', '-')} and --preview-only cannot be used together")
    if options.yes or options.skip_preview or options.preview_only:
        return
    if options.json or not sys.stdin.isatty():
        raise UsageError(
            "--yes or --skip-preview or --preview-only must be passed in to proceed when running in non-interactive mode"
        )


def confirmed(question: str) -> bool:
    """Whether whoever sits at the terminal agrees."""
    sys.stdout.write(f"\n{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _request(options: argparse.Namespace, kind: Kind) -> Request:
    found = place(options)
    both, plugins = getattr(options, "target_replace", []), discover(options.plugin)
    return Request(
        kind=kind,
        project=options.cwd,
        stack=found.stack,
        plugins=plugins,
        passphrase=passphrase(os.environ),
        config=dict(_pair(text) for text in options.config),
        message=options.message,
        parallel=options.parallel,
        show_secrets=options.show_secrets,
        refresh=getattr(options, "refresh", None) == "true",
        run_program=getattr(options, "run_program", False),
        targets=(*options.target, *both),
        target_dependents=options.target_dependents,
        excludes=_excludes(options),
        exclude_dependents=options.exclude_dependents,
        replaces=(*getattr(options, "replace", ()), *both),
        wait=getattr(options, "wait", 0.0),
        backend=backend_folder(),
        warm=_pays_to_import(options, found.project.program_folder, plugins),
        detailed=options.json or options.diff,
    )


def _pays_to_import(options: argparse.Namespace, folder: Path, packages: Iterable[str]) -> bool:
    """Whether a preview and an update follow one another, of a program that names a package: they share one import."""
    if options.verb == "preview" or options.skip_preview or options.preview_only:
        return False
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.py")]
    return any(f"pulumi_{package}" in text for package in packages for text in texts)


def _excludes(options: argparse.Namespace) -> tuple[str, ...]:
    if not getattr(options, "exclude_protected", False):
        return tuple(options.exclude)
    if options.target:
        raise UsageError("you cannot specify --target and --exclude-protected")
    resources = place(options).backend.load().resources
    return (*options.exclude, *(resource.urn for resource in resources if resource.protect))


def _perform(options: argparse.Namespace, kind: Kind) -> int:
    result = narrate(_request(options, kind), options)
    if not result.succeeded:
        if not options.json:
            sys.stderr.write("error: the operation failed\n")
        return 1
    changed = sum(number for operation, number in result.changes.items() if operation not in {"same", "read", "refresh"})
    followed = kind.startswith("preview") and options.verb != "preview" and not options.preview_only
    if getattr(options, "expect_no_changes", False) and changed and not followed:
        raise ExpectationError(f"no changes were expected for {_OPERATION[options.verb]} but changes were proposed")
    return 0


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise EngineError(f"--config {text!r}: write it as KEY=VALUE")
    return key, value
