"""Make the workspace what the environment says."""

from __future__ import annotations

from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.quotas import require_room
from infra.operations.target import Target


def up(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. A step or a program that fails is told by `Result.error`.

    Raises `QuotaExceeded` before anything is touched.
    """
    require_room(target.environment, target.connection)
    return deploy("up", target, options, listener)
