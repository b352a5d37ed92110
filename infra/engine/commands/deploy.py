"""`preview`, `up`, `refresh` and `destroy`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, cast

from infra.engine.commands.surroundings import backend_folder, common, passphrase, place, say, say_json
from infra.engine.display import Display
from infra.engine.errors import EngineError
from infra.engine.events import Diagnostic, Event, ProgramOutput
from infra.engine.masking import jsonable
from infra.engine.operation import Kind, Request, Result, run
from infra.engine.plugins import discover

_PREVIEWS: dict[str, Kind] = {"up": "preview", "refresh": "preview-refresh", "destroy": "preview-destroy"}


def declare(verbs: Any) -> None:
    """Add the commands to a parser's verbs."""
    for verb, summary in (
        ("preview", "show what an update would do"),
        ("up", "make the stack what the program says"),
        ("refresh", "make the state what the world is"),
        ("destroy", "delete everything that the stack has"),
    ):
        parser = verbs.add_parser(verb, help=summary)
        common(parser, _run)
        parser.add_argument("--json", action="store_true", help="print one JSON document, and nothing else")
        parser.add_argument("--diff", action="store_true", help="show the properties that differ")
        parser.add_argument("--parallel", type=int, default=16, metavar="N", help="provider calls at once (16)")
        parser.add_argument("--plugin", action="append", default=[], metavar="NAME=MODULE:ATTRIBUTE")
        parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE", help="for this run only")
        parser.add_argument("--show-secrets", action="store_true", help="outputs in clear")
        _declare_selection(parser, verb)
        if verb != "preview":
            parser.add_argument("--yes", action="store_true", help="do not ask")
            parser.add_argument("--message", default="", help="kept in the history")
            parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait so long for the stack's lock")
            parser.add_argument("--preview-only", action="store_true", help="show what would be done, and do nothing")


def _declare_selection(parser: argparse.ArgumentParser, verb: str) -> None:
    parser.add_argument("--target", action="append", default=[], metavar="URN", help="this one only; * and ** are wildcards")
    parser.add_argument("--target-dependents", action="store_true", help="and what depends on it")
    parser.add_argument("--exclude", action="append", default=[], metavar="URN", help="all but this one")
    parser.add_argument("--exclude-dependents", action="store_true", help="and but what depends on it")
    if verb in {"preview", "up"}:
        parser.add_argument("--replace", action="append", default=[], metavar="URN", help="make this one anew")
        parser.add_argument("--target-replace", action="append", default=[], metavar="URN", help="--target and --replace")
    if verb != "refresh":
        parser.add_argument("--refresh", action="store_true", help="look at everything first")


def _run(options: argparse.Namespace) -> int:
    verb: str = options.verb
    if verb == "preview":
        return _perform(options, "preview")
    if options.preview_only:
        return _perform(options, _PREVIEWS[verb])
    if options.yes:
        return _perform(options, cast("Kind", verb))
    if options.json or not sys.stdin.isatty():
        raise EngineError(f"{verb} changes things, and nobody can be asked here: pass --yes, or use `preview` to look")
    status = _perform(options, _PREVIEWS[verb])
    if status or input(f"\nDo you want to perform this {verb}? [y/N] ").strip().lower() not in {"y", "yes"}:
        return status or 1
    return _perform(options, cast("Kind", verb))


def _request(options: argparse.Namespace, kind: Kind) -> Request:
    both = getattr(options, "target_replace", [])
    return Request(
        kind=kind,
        project=options.cwd,
        stack=options.stack or place(options).stack,
        plugins=discover(options.plugin),
        passphrase=passphrase(os.environ),
        config=dict(_pair(text) for text in options.config),
        message=getattr(options, "message", ""),
        parallel=options.parallel,
        show_secrets=options.show_secrets,
        refresh=getattr(options, "refresh", False),
        targets=(*options.target, *both),
        target_dependents=options.target_dependents,
        excludes=tuple(options.exclude),
        exclude_dependents=options.exclude_dependents,
        replaces=(*getattr(options, "replace", ()), *both),
        wait=getattr(options, "wait", 0.0),
        backend=backend_folder(),
        warm=False,
    )


def _perform(options: argparse.Namespace, kind: Kind) -> int:
    request = _request(options, kind)
    if options.json:
        listener = _Quiet()
        result = run(request, listener)
        say_json(dict(result.digest) or _document(result, listener.diagnostics))
    else:
        result = run(request, Display(kind, request.stack, say, diff=options.diff))
        if options.show_secrets and result.outputs:
            say(json.dumps(jsonable(result.outputs), indent=4, ensure_ascii=False))
    if not result.succeeded and not options.json:
        print("error: the operation failed", file=sys.stderr)  # noqa: T201 - a command prints
    return 0 if result.succeeded else 1


class _Quiet:
    """A listener that keeps standard output clean: what the program prints goes to standard error."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Diagnostic):
            self.diagnostics.append(event)
        elif isinstance(event, ProgramOutput):
            sys.stderr.write(event.line + "\n")


def _document(result: Result, diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """An update for machines: the digest's keys where it has them, and how it went."""
    return {
        "result": "succeeded" if result.succeeded else "failed",
        "outputs": jsonable(result.outputs),
        "diagnostics": [{"urn": item.urn, "message": item.message, "severity": item.severity} for item in diagnostics],
        "duration": int(result.seconds * 1e9),
        "changeSummary": dict(result.changes),
    }


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise EngineError(f"--config {text!r}: write it as KEY=VALUE")
    return key, value
