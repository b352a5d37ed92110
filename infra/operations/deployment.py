"""One run of the embedded engine on a target. `preview`, `up` and `destroy` say what for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from infra.engine.events import Event
from infra.engine.operation import Kind, Request, Result, run
from infra.operations.settings import ENVIRONMENTS_VARIABLE
from infra.operations.target import Target

Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How an operation runs. `parallel` bounds the calls to the workspace that are open at once."""

    message: str = ""
    parallel: int = 16
    show_secrets: bool = False


def deploy(kind: Kind, target: Target, options: Options, listener: Listener) -> Result:
    """Run the program of the target's project; raises `EngineError` for what keeps it from starting."""
    # The SDK below it takes a second to import, which nobody should wait for who is told of a wrong file.
    from infra.providers.databricks import plugin  # noqa: PLC0415

    request = Request(
        kind=kind,
        project=target.settings.root,
        stack=target.name,
        plugins={plugin.name: plugin},
        passphrase=target.passphrase,
        # The program must read the same files that were judged here.
        environment={ENVIRONMENTS_VARIABLE: str(target.settings.environments)},
        message=options.message,
        parallel=options.parallel,
        show_secrets=options.show_secrets,
        backend=target.settings.state,
    )
    return run(request, listener)
