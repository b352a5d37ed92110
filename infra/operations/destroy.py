"""Remove everything that the environment has made."""

from __future__ import annotations

from infra.engine.backend import FileBackend
from infra.engine.operation import Result
from infra.operations.deployment import Listener, Options, deploy
from infra.operations.target import Target


def destroy(target: Target, options: Options, listener: Listener) -> Result:
    """Run it; `listener` gets each event. A step that fails is told by `Result.error`."""
    return deploy("destroy", target, options, listener)


def resource_count(target: Target) -> int:
    """How many resources the environment's state holds."""
    return len(FileBackend(target.settings.state, target.settings.project, target.name).load().resources)
