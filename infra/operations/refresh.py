"""Compare the state with the workspace, and take over what is there. The program does not run."""

from __future__ import annotations

from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.target import Target


def preview_refresh(target: Target, options: Options, listener: Listener) -> Result:
    """Tell how the workspace differs from the state; nothing is written."""
    return deploy("preview-refresh", target, options, listener)


def refresh(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. What cannot be read is told by `Result.error` and stays as it is."""
    return deploy("refresh", target, options, listener)
