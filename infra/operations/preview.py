"""What an update would change. Nothing is touched."""

from __future__ import annotations

from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.target import Target


def preview(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. A step or a program that fails is told by `Result.error`."""
    return deploy("preview", target, options, listener)
