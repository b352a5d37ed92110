"""`state unprotect|protect|rename|delete`, and `cancel`."""

from __future__ import annotations

import argparse
from typing import Any

from infra.engine import surgery
from infra.engine.commands.surroundings import agreed, common, place, say
from infra.engine.errors import EngineError


def declare(verbs: Any) -> None:
    """Add the commands to a parser's verbs."""
    cancel = verbs.add_parser("cancel", help="fold what an interrupted operation left, and break its lock")
    common(cancel, _cancel)
    cancel.add_argument("--yes", action="store_true", help="do not ask")
    cancel.add_argument("--force", action="store_true", help="break the lock even of an owner that lives")
    group = verbs.add_parser("state", help="change the state by hand").add_subparsers(dest="action", required=True)
    for verb, help, command in (
        ("unprotect", "take protection away", _unprotect),
        ("protect", "protect from deletion", _protect),
        ("delete", "forget a resource, which stays in the world", _delete),
        ("rename", "give a resource another name", _rename),
    ):
        parser = group.add_parser(verb, help=help)
        common(parser, command)
        parser.add_argument("urn", nargs="?" if verb.endswith("protect") else None, metavar="URN")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        if verb == "rename":
            parser.add_argument("name", metavar="NAME")
        elif verb == "delete":
            parser.add_argument("--force", action="store_true", help="although it is protected")
            parser.add_argument("--target-dependents", action="store_true", help="and all that depends on it")
        else:
            parser.add_argument("--all", action="store_true", help="every resource of the stack")


def _cancel(options: argparse.Namespace) -> int:
    found = place(options)
    if not agreed(options, f"Break the lock of {found.stack}?"):
        return 1
    owners = found.backend.cancel(force=options.force)
    say("\n".join(f"released the lock of {owner}" for owner in owners) or "nobody had the stack's lock")
    return 0


def _unprotect(options: argparse.Namespace) -> int:
    return _edit(options, surgery.protection(_chosen(options), on=False), "Resource unprotected")


def _protect(options: argparse.Namespace) -> int:
    return _edit(options, surgery.protection(_chosen(options), on=True), "Resource protected")


def _delete(options: argparse.Namespace) -> int:
    change = surgery.removal(options.urn, force=options.force, dependents=options.target_dependents)
    return _edit(options, change, "Resource deleted")


def _rename(options: argparse.Namespace) -> int:
    return _edit(options, surgery.renaming(options.urn, options.name), "Resource renamed")


def _chosen(options: argparse.Namespace) -> str | None:
    if bool(options.urn) == options.all:
        raise EngineError("name one resource by its URN, or pass --all")
    urn: str | None = options.urn
    return urn


def _edit(options: argparse.Namespace, change: surgery.Change, done: str) -> int:
    found = place(options)
    if not agreed(options, f"Change the state of {found.stack}?"):
        return 1
    backup = surgery.edit(found.backend, change)
    say(f"{done}. The state of before: {backup}")
    return 0
