"""`python -m infra.engine`: the engine for any Pulumi Python project whose packages have plugins here.

    python -m infra.engine preview|up|refresh|destroy [--cwd DIR] [--stack NAME] [--yes] [--json] [--diff] [--target URN] …
    python -m infra.engine import TYPE NAME ID | --file FILE
    python -m infra.engine cancel
    python -m infra.engine state unprotect|protect|rename|delete URN
    python -m infra.engine stack init|select|ls|rm|tag|output|history|export|import|change-secrets-provider
    python -m infra.engine config set|get|rm|ls

The passphrase comes from PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE, where state lives from
PULUMI_BACKEND_URL or `backend.url` in Pulumi.yaml. Ends as the CLI does: 0 done, 2 a command line that cannot be meant, 6 no
such stack, 7 changes where none were expected, 1 any other failure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from infra.engine.commands import config, deploy, stack, state, taking_over
from infra.engine.commands.outcomes import exit_code
from infra.engine.errors import EngineError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; answers the exit code."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command prints
        return exit_code(error)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.engine", description="An embedded engine for Pulumi Python programs."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for group in (deploy, taking_over, state, stack, config):
        group.declare(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
