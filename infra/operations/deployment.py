"""One run of a target's engine. `preview`, `up` and `destroy` say what for."""

from __future__ import annotations

from infra.engine.operation import Kind, Result
from infra.operations.engines.choice import engine_of
from infra.operations.engines.port import Chosen, Listener, Options
from infra.operations.target import Target

__all__ = ["Chosen", "Listener", "Options", "deploy"]


def deploy(kind: Kind, target: Target, options: Options, listener: Listener) -> Result:
    """Run the program of the target's project; raises an error for what keeps it from starting."""
    engine = engine_of(target.settings, target.environment, target.variables, lambda: target.passphrase)
    return engine.run(kind, options, listener)
