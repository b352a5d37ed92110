"""What the commands that deploy take: the CLI's options, by the CLI's names.

An option of the CLI that is not declared here is refused by the parser, by its name.
"""

from __future__ import annotations

import argparse
from typing import Final

#: What the CLI's display takes and these plain lines have no use for: they hold no link and no progress, and nothing is cut.
_WITHOUT_EFFECT: Final = ("--suppress-progress", "--suppress-permalink", "--show-full-output", "--skip-plugin-pre-install")


def declare_running(parser: argparse.ArgumentParser) -> None:
    """How an operation runs, and what it shows."""
    parser.add_argument("--json", "-j", action="store_true", help="a preview as one document, anything else as a line an event")
    parser.add_argument("--diff", action="store_true", help="show the properties that differ")
    parser.add_argument("--parallel", "-p", type=int, default=16, metavar="N", help="provider calls at once (16)")
    parser.add_argument("--plugin", action="append", default=[], metavar="NAME=MODULE:ATTRIBUTE")
    parser.add_argument("--message", "-m", default="", help="kept in the history")
    parser.add_argument("--suppress-outputs", action="store_true", help="do not show the stack's outputs")
    parser.add_argument("--urns", action="store_true", help="whole URNs in the place of names")
    for option in _WITHOUT_EFFECT:
        parser.add_argument(option, action="store_true", help=argparse.SUPPRESS)


def declare_deploying(parser: argparse.ArgumentParser, verb: str) -> None:
    """What `preview`, `up`, `refresh` and `destroy` have in common."""
    parser.add_argument("--config", "-c", action="append", default=[], metavar="KEY=VALUE", help="for this run only")
    parser.add_argument("--show-secrets", action="store_true", help="outputs in clear")
    parser.add_argument("--show-config", action="store_true", help="show the configuration first")
    parser.add_argument("--show-sames", action="store_true", help="show what does not change, too")
    parser.add_argument("--show-reads", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--show-replacement-steps", action="store_true", help="a replacement as the steps it takes")
    if verb != "destroy":
        parser.add_argument("--expect-no-changes", action="store_true", help="end with 7 if anything changes")
    if verb != "refresh":
        parser.add_argument(
            "--refresh", "-r", nargs="?", const="true", choices=("true", "false"), help="look at everything first"
        )


def declare_confirming(parser: argparse.ArgumentParser) -> None:
    """What changes something asks, or is told not to."""
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument("--skip-preview", "-f", action="store_true", help="do not preview first, nor ask")
    parser.add_argument("--preview-only", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait so long for the stack's lock")


def declare_selecting(parser: argparse.ArgumentParser, verb: str) -> None:
    """What an operation is about."""
    target, exclude = parser.add_mutually_exclusive_group(), "-x"
    target.add_argument("--target", "-t", action="append", default=[], metavar="URN", help="this one only; * and ** match")
    target.add_argument("--exclude", exclude, action="append", default=[], metavar="URN", help="all but this one")
    parser.add_argument("--target-dependents", action="store_true", help="and what depends on it")
    parser.add_argument("--exclude-dependents", action="store_true", help="and but what depends on it")
    if verb in {"preview", "up"}:
        parser.add_argument("--replace", action="append", default=[], metavar="URN", help="make this one anew")
        parser.add_argument("--target-replace", action="append", default=[], metavar="URN", help="--target and --replace")
    if verb == "destroy":
        parser.add_argument("--exclude-protected", action="store_true", help="leave what is protected, and what that needs")
        parser.add_argument("--run-program", action="store_true", help="run the program, for its hooks and its configuration")
        parser.add_argument("--remove", action="store_true", help="and forget the stack, with its file, when nothing is left")
