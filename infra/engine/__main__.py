"""`python -m infra.engine`: preview, up, destroy and cancel for any Pulumi Python project whose packages have plugins here.

    python -m infra.engine preview --cwd DIR --stack NAME [--json] [--diff]
    python -m infra.engine up      --cwd DIR --stack NAME [--yes] [--json] [--parallel N]
    python -m infra.engine destroy --cwd DIR --stack NAME [--yes] [--json] [--parallel N]
    python -m infra.engine cancel  --cwd DIR --stack NAME [--yes] [--force]

The passphrase comes from PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, where state lives from
PULUMI_BACKEND_URL or `backend.url` in Pulumi.yaml. Ends with 0, or with 1 for any failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.engine.display import Display
from infra.engine.errors import EngineError, SecretsError
from infra.engine.events import Diagnostic, Event, ProgramOutput
from infra.engine.masking import jsonable
from infra.engine.operation import Kind, Request, Result, run, stack_backend
from infra.engine.plugins import discover
from infra.engine.project import load_project, state_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; answers the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, os.environ)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command prints
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.engine", description="An embedded engine for Pulumi Python programs."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, summary in (
        ("preview", "show what an update would do"),
        ("up", "make the stack what the program says"),
        ("destroy", "delete everything that the stack has"),
    ):
        command = verbs.add_parser(verb, help=summary)
        command.add_argument("--cwd", type=Path, default=Path(), metavar="DIR", help="the folder of Pulumi.yaml")
        command.add_argument("--stack", required=True, metavar="NAME")
        command.add_argument("--json", action="store_true", help="print one JSON document, and nothing else")
        command.add_argument("--diff", action="store_true", help="show the properties that differ")
        command.add_argument("--parallel", type=int, default=16, metavar="N", help="provider calls at once (16)")
        command.add_argument("--plugin", action="append", default=[], metavar="NAME=MODULE:ATTRIBUTE")
        command.add_argument("--config", action="append", default=[], metavar="KEY=VALUE", help="for this run only")
        command.add_argument("--show-secrets", action="store_true", help="outputs in clear")
        if verb != "preview":
            command.add_argument("--yes", action="store_true", help="do not ask")
            command.add_argument("--message", default="", help="kept in the history")
            command.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait so long for the stack's lock")
    _add_cancel(verbs.add_parser("cancel", help="fold what an interrupted operation left, and break its lock"))
    return parser


def _add_cancel(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cwd", type=Path, default=Path(), metavar="DIR", help="the folder of Pulumi.yaml")
    command.add_argument("--stack", required=True, metavar="NAME")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument("--force", action="store_true", help="break the lock even of an owner that lives")


def _cancel(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if not options.yes and not sys.stdin.isatty():
        raise EngineError("cancel breaks a lock, and nobody can be asked here: pass --yes")
    if not options.yes and input("Do you want to cancel what has the stack's lock? [y/N] ").strip().lower() not in {"y", "yes"}:
        return 1
    backend = stack_backend(load_project(options.cwd), options.stack, _state(environment))
    owners = backend.cancel(force=options.force)
    _print("\n".join(f"released the lock of {owner}" for owner in owners) or "nobody had the stack's lock")
    return 0


def _state(environment: Mapping[str, str]) -> Path | None:
    url = environment.get("PULUMI_BACKEND_URL")
    return state_folder(url, Path.cwd()) if url else None


def _run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    if options.verb == "cancel":
        return _cancel(options, environment)
    if options.verb == "preview":
        return _perform(options, "preview", environment)
    if options.yes:
        return _perform(options, options.verb, environment)
    if options.json or not sys.stdin.isatty():
        raise EngineError(f"{options.verb} changes things, and nobody can be asked here: pass --yes, or use `preview` to look")
    status = _perform(options, "preview" if options.verb == "up" else "preview-destroy", environment)
    if status or input(f"\nDo you want to perform this {options.verb}? [y/N] ").strip().lower() not in {"y", "yes"}:
        return status or 1
    return _perform(options, options.verb, environment)


def _perform(options: argparse.Namespace, kind: Kind, environment: Mapping[str, str]) -> int:
    request = Request(
        kind=kind,
        project=options.cwd,
        stack=options.stack,
        plugins=discover(options.plugin),
        passphrase=passphrase(environment),
        config=dict(_pair(text) for text in options.config),
        message=getattr(options, "message", ""),
        parallel=options.parallel,
        show_secrets=options.show_secrets,
        backend=_state(environment),
        wait=getattr(options, "wait", 0.0),
        warm=False,
    )
    if options.json:
        listener = _Quiet()
        result = run(request, listener)
        document = dict(result.digest) or _document(result, listener.diagnostics)
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        result = run(request, Display(kind, options.stack, _print, diff=options.diff))
        if options.show_secrets and result.outputs:
            _print(json.dumps(jsonable(result.outputs), indent=4, ensure_ascii=False))
    if not result.succeeded and not options.json:
        print("error: the operation failed", file=sys.stderr)  # noqa: T201 - a command prints
    return 0 if result.succeeded else 1


def passphrase(environment: Mapping[str, str]) -> str | None:
    """The passphrase that the environment holds or points to; None if it does neither."""
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return environment["PULUMI_CONFIG_PASSPHRASE"]
    path = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretsError(f"PULUMI_CONFIG_PASSPHRASE_FILE: cannot read {path}: {error.strerror}") from error


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


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
