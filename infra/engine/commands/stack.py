"""`stack init|select|ls|rm|tag|output|history|export|import|change-secrets-provider`."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

from infra.engine import stacks, transfer
from infra.engine.commands.outcomes import StackNotFoundError
from infra.engine.commands.surroundings import (
    agreed,
    backend_folder,
    common,
    demanded_passphrase,
    passphrase,
    place,
    say,
    say_json,
    say_table,
)
from infra.engine.errors import CorruptStateError, EngineError, ProjectError, SecretsError
from infra.engine.masking import jsonable
from infra.engine.operation import stack_backend
from infra.engine.project import load_project
from infra.engine.secrecy import opened
from infra.engine.state import latest_of


def declare(verbs: Any) -> None:
    """Add the commands to a parser's verbs."""
    group = verbs.add_parser("stack", help="stacks and their states").add_subparsers(dest="action", required=True)
    for verb, help in (("init", "make a stack"), ("select", "let commands mean this one"), ("rm", "forget a stack")):
        parser = group.add_parser(verb, help=help)
        common(parser, {"init": _init, "select": _select, "rm": _remove}[verb])
        parser.add_argument("name", nargs="?", metavar="NAME")
        if verb == "rm":
            parser.add_argument("--yes", action="store_true", help="do not ask")
            parser.add_argument("--force", action="store_true", help="although it still has resources")
            parser.add_argument("--preserve-config", action="store_true", help="keep Pulumi.<stack>.yaml")
    _json(group.add_parser("ls", help="the project's stacks"), _list)
    _json(group.add_parser("history", help="its updates, newest first"), _history)
    output = _json(group.add_parser("output", help="its outputs"), _output)
    output.add_argument("key", nargs="?", metavar="KEY")
    output.add_argument("--show-secrets", action="store_true")
    export = group.add_parser("export", help="the state as a document")
    common(export, _export)
    export.add_argument("--version", type=int, metavar="N", help="after update N of the history")
    export.add_argument("--file", type=Path, metavar="FILE")
    export.add_argument("--show-secrets", action="store_true")
    take = group.add_parser("import", help="replace the state by an exported one")
    common(take, _import)
    take.add_argument("--file", type=Path, metavar="FILE", help="standard input if left out")
    take.add_argument("--force", action="store_true", help="although it contradicts itself or is another stack's")
    _declare_tags(group.add_parser("tag", help="its tags"))
    change = group.add_parser("change-secrets-provider", help="give it another passphrase")
    common(change, _change_provider)
    change.add_argument("provider", metavar="passphrase")


def _declare_tags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_subparsers(dest="verb_of_tag", required=True)
    _json(group.add_parser("ls"), _tags)
    for verb, names in (("get", ["name"]), ("set", ["name", "value"]), ("rm", ["name"])):
        one = group.add_parser(verb)
        common(one, {"get": _tag, "set": _set_tag, "rm": _remove_tag}[verb])
        for name in names:
            one.add_argument(name, metavar=name.upper())


def _json(parser: argparse.ArgumentParser, command: Any) -> argparse.ArgumentParser:
    common(parser, command)
    parser.add_argument("--json", action="store_true")
    return parser


def _named(options: argparse.Namespace) -> argparse.Namespace:
    """Options in which a stack that was named stands for `--stack`."""
    options.stack = options.name or options.stack
    if not options.stack:
        raise ProjectError("which stack? Give its name")
    return options


def _init(options: argparse.Namespace) -> int:
    found = place(_named(options))
    stacks.make(found.project, found.backend, passphrase(os.environ))
    stacks.select(found.project, found.stack)
    say(f"Created stack '{found.stack}'")
    return 0


def _select(options: argparse.Namespace) -> int:
    found = place(_named(options))
    if not found.backend.exists():
        raise StackNotFoundError(f"no stack named '{found.stack}' found: `stack init {found.stack}` makes it")
    stacks.select(found.project, found.stack)
    return 0


def _list(options: argparse.Namespace) -> int:
    project = load_project(options.cwd)
    backend = stack_backend(project, options.stack or "none", backend_folder())
    chosen = _chosen(options)
    rows = []
    for name in stacks.names(backend):
        state = stack_backend(project, name, backend_folder())
        latest = latest_of(state.read() or "", source=state.place)
        resources = latest.get("resources") or []
        row: dict[str, Any] = {"name": name, "current": name == chosen}
        if "manifest" in latest:
            row["lastUpdate"] = _to_the_millisecond(latest["manifest"]["time"])
        rows.append(row | {"resourceCount": len(resources)})
    if options.json:
        say_json(rows)
    else:
        said = [
            (f"{row['name']}{'*' if row['current'] else ''}", row.get("lastUpdate", "n/a"), str(row["resourceCount"]))
            for row in rows
        ]
        say_table(("NAME", "LAST UPDATE", "RESOURCE COUNT"), said)
    return 0


def _to_the_millisecond(time: str) -> str:
    """An RFC 3339 time as the CLI lists it."""
    seconds, _, fraction = time.rstrip("Z").partition(".")
    return f"{seconds}.{fraction[:3]:0<3}Z"


def _chosen(options: argparse.Namespace) -> str:
    try:
        return options.stack or stacks.selected(load_project(options.cwd))
    except ProjectError:
        return ""  # none is marked


def _remove(options: argparse.Namespace) -> int:
    found = place(_named(options))
    if not agreed(options, f"This will remove the stack '{found.stack}' and its history. Go on?"):
        return 1
    stacks.remove(found.project, found.backend, force=options.force, keep_config=options.preserve_config)
    say(f"Stack '{found.stack}' has been removed!")
    return 0


def _history(options: argparse.Namespace) -> int:
    entries = place(options).backend.history()
    if options.json:
        say_json(entries)
    for entry in [] if options.json else entries:
        changes = ", ".join(f"{number} {operation}" for operation, number in entry.get("resourceChanges", {}).items())
        say(
            f"{entry['version']:>4}  {entry['kind']:<8} {entry['result']:<10} {entry['endTime']}  {changes}  {entry['message']}"
        )
    return 0


def _output(options: argparse.Namespace) -> int:
    found = place(options)
    outputs = found.backend.load(demanded_passphrase() if options.show_secrets else None).outputs
    shown = jsonable(opened(outputs) if options.show_secrets else outputs)
    if options.key is not None:
        if options.key not in shown:
            raise EngineError(f"current stack does not have output property '{options.key}'")
        value = shown[options.key]
        say(value if isinstance(value, str) and not options.json else json.dumps(value, ensure_ascii=False))
    elif options.json:
        say_json(shown)
    elif not shown:
        say("Current stack outputs (0):\n    No output values currently in this stack")
    else:
        say(f"Current stack outputs ({len(shown)}):")
        texts = [
            (key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for key, value in shown.items()
        ]
        say_table(("OUTPUT", "VALUE"), texts, margin="    ")
    return 0


def _export(options: argparse.Namespace) -> int:
    secret = demanded_passphrase() if options.show_secrets else None
    document = transfer.exported(place(options).backend, options.version, passphrase=secret)
    text = json.dumps(document, indent=4, ensure_ascii=False)
    if options.file is None:
        say(text)
    else:
        options.file.write_text(text + "\n", encoding="utf-8")
    return 0


def _import(options: argparse.Namespace) -> int:
    text = options.file.read_text(encoding="utf-8") if options.file else sys.stdin.read()
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CorruptStateError(f"{options.file or 'standard input'}: not JSON: {error}") from error
    number = transfer.take_in(place(options).backend, document, passphrase(os.environ), force=options.force)
    say(f"Import complete: {number} resources.")
    return 0


def _tags(options: argparse.Namespace) -> int:
    found = stacks.tags(place(options).backend)
    if options.json:
        say_json(found)
    else:
        say_table(("NAME", "VALUE"), sorted(found.items()))
    return 0


def _tag(options: argparse.Namespace) -> int:
    found = place(options)
    tags = stacks.tags(found.backend)
    if options.name not in tags:
        raise EngineError(f"stack tag '{options.name}' not found for stack '{found.stack}'")
    say(tags[options.name])
    return 0


def _set_tag(options: argparse.Namespace) -> int:
    backend = place(options).backend
    stacks.set_tags(backend, stacks.tags(backend) | {options.name: options.value})
    return 0


def _remove_tag(options: argparse.Namespace) -> int:
    backend = place(options).backend
    tags = stacks.tags(backend)
    tags.pop(options.name, None)
    stacks.set_tags(backend, tags)
    return 0


def _change_provider(options: argparse.Namespace) -> int:
    if options.provider != "passphrase":
        raise SecretsError(
            f"the secrets provider {options.provider!r} is not supported by this engine, only passphrase is; use the Pulumi CLI"
        )
    found = place(options)
    new = getpass.getpass("New passphrase: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not new:
        raise SecretsError("no new passphrase: give it on the terminal, or as a line on standard input")
    stacks.change_passphrase(found.project, found.backend, passphrase(os.environ), new)
    say("State and configuration are encrypted with the new passphrase; the history keeps the old one.")
    return 0
