"""`import TYPE NAME ID`, or `import --file FILE`: resources that exist, taken over into the state; then the code for them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from infra.engine.commands import arguments
from infra.engine.commands.deploy import confirmed, refuse_unanswerable
from infra.engine.commands.narration import narrate
from infra.engine.commands.outcomes import UsageError
from infra.engine.commands.surroundings import Place, backend_folder, common, passphrase, place, say
from infra.engine.errors import EngineError
from infra.engine.import_file import ImportSpec, inline, parsed
from infra.engine.operation import Kind, Request
from infra.engine.plugins import discover

_HINT: Final = """Please copy the following code into your Pulumi application. Not doing so
will cause Pulumi to report that an update will happen on the next update command.
"""
_PROTECTED: Final = """Please note that the imported resources are marked as protected. To destroy them
you will need to remove the `protect` option and run `pulumi update` *before*
the destroy will take effect.
"""


def declare(verbs: Any) -> None:
    """Add the command to a parser's verbs."""
    parser = verbs.add_parser("import", help="take over resources that exist", allow_abbrev=False)
    common(parser, _run)
    parser.add_argument("words", nargs="*", metavar="TYPE NAME ID", help="one resource, by its type token, name and id")
    parser.add_argument("--file", "-f", type=Path, metavar="FILE", help="many, from a JSON file in the CLI's shape")
    parser.add_argument("--parent", default="", metavar="NAME=URN")
    parser.add_argument("--provider", default="", metavar="NAME=URN")
    parser.add_argument("--properties", default="", metavar="NAME,NAME", help="the inputs to keep; all if left out")
    protect = parser.add_mutually_exclusive_group()
    protect.add_argument("--protect", nargs="?", const="true", default="true", choices=("true", "false"))
    protect.add_argument("--no-protect", dest="protect", action="store_const", const="false", help="leave it unprotected")
    code = parser.add_mutually_exclusive_group()
    code.add_argument("--generate-code", nargs="?", const="true", default="true", choices=("true", "false"))
    code.add_argument("--no-generate-code", dest="generate_code", action="store_const", const="false")
    parser.add_argument("--out", "-o", type=Path, metavar="FILE", help="where the code goes; standard output if left out")
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask")
    parser.add_argument("--skip-preview", action="store_true", help="do not preview first, nor ask")
    parser.add_argument("--preview-only", action="store_true", help="show what would be taken over, and do nothing")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait so long for the stack's lock")
    parser.set_defaults(show_secrets=False)
    arguments.declare_running(parser)


def _run(options: argparse.Namespace) -> int:
    found = place(options)
    specs = parsed(_document(options), stack=found.stack, project=found.project.name, protect=options.protect == "true")
    if not specs:
        raise UsageError("there is nothing to import: name a resource, or a file with `resources`")
    refuse_unanswerable(options)
    if not options.skip_preview:
        succeeded = _perform(options, found, specs, "preview-import")
        if not succeeded or options.preview_only:
            return 0 if succeeded else 1
        if not options.yes and not confirmed("Do you want to perform this import?"):
            return 1
    succeeded = _perform(options, found, specs, "import")
    if options.generate_code == "true":
        _write_code(options, found, specs)
    return 0 if succeeded else 1


def _document(options: argparse.Namespace) -> Any:
    if options.file is not None:
        if options.words or options.parent or options.provider or options.properties:
            raise UsageError("an inline resource may not be specified in conjunction with an import file")
        try:
            return json.loads(options.file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EngineError(f"could not read import file: {error}") from error
    missing = ("type", "name", "id")[len(options.words) :]
    if missing or len(options.words) > 3:
        raise UsageError(
            f"an inline resource must be specified if no import file is used, missing {', '.join(missing)}"
            if missing
            else "only expected at most three arguments"
        )
    type, name, id = options.words
    properties = [name for name in options.properties.split(",") if name]
    return inline(type, name, id, properties=properties, parent=options.parent, provider=options.provider)


def _perform(options: argparse.Namespace, found: Place, specs: tuple[ImportSpec, ...], kind: Kind) -> bool:
    request = Request(
        kind=kind,
        project=options.cwd,
        stack=found.stack,
        plugins=discover(options.plugin),
        passphrase=passphrase(os.environ),
        message=options.message,
        parallel=options.parallel,
        imports=specs,
        wait=options.wait,
        backend=backend_folder(),
        warm=False,
        detailed=options.json or options.diff,
    )
    result = narrate(request, options)
    if not result.succeeded and not options.json:
        sys.stderr.write("error: the operation failed\n")
    return result.succeeded


def _write_code(options: argparse.Namespace, found: Place, specs: tuple[ImportSpec, ...]) -> None:
    # The SDK takes a while to import, which only this needs.
    from infra.engine.import_code import generated  # noqa: PLC0415

    state = {resource.urn: resource for resource in found.backend.load(passphrase(os.environ)).resources if not resource.delete}
    code = generated(specs, state)
    if options.out is not None:
        options.out.write_text(code, encoding="utf-8")
    elif code and not options.json:
        say(_HINT)
        if options.protect == "true":
            say(_PROTECTED)
        say(code)
