"""Remove everything that the environment has made."""

from __future__ import annotations

from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.target import Target


def preview_destroy(target: Target, options: Options, listener: Listener) -> Result:
    """Tell what would be removed; nothing is touched."""
    return deploy("preview-destroy", target, options, listener)


def destroy(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. A step that fails is told by `Result.error`."""
    return deploy("destroy", target, options, listener)
