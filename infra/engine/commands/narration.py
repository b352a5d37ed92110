"""Running an operation while telling of it: as a document, as a stream of events, as lines, as differences."""

from __future__ import annotations

import argparse
import json

from infra.engine.commands.surroundings import say, say_json
from infra.engine.display import Display, Shown
from infra.engine.event_stream import streamed
from infra.engine.masking import jsonable
from infra.engine.operation import Request, Result, run


def narrate(request: Request, options: argparse.Namespace) -> Result:
    """Run it; standard output gets what `--json` or `--diff` ask for."""
    if options.json and request.is_preview:
        result = run(request, lambda event: None)
        say_json(dict(result.digest), indent=4)
        return result
    if options.json:
        return run(request, streamed(say))
    shown = Shown(
        diff=options.diff,
        outputs=not options.suppress_outputs,
        sames=getattr(options, "show_sames", False),
        replacement_steps=getattr(options, "show_replacement_steps", False),
        config=getattr(options, "show_config", False),
        urns=options.urns,
    )
    result = run(request, Display(request.kind, request.stack, say, shown))
    if request.show_secrets and result.outputs:
        say(json.dumps(jsonable(result.outputs), indent=4, ensure_ascii=False))
    return result
