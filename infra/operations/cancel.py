"""Break the lock that a killed operation left on an environment's stack, after folding what it did into the state."""

from __future__ import annotations

from infra.models import load_environment
from infra.operations.errors import OperationError
from infra.operations.settings import Settings
from infra.operations.stack_state import backend_of


def cancel(settings: Settings, name: str, *, force: bool) -> list[str]:
    """Answers who had the lock. Raises `LockedError` for an owner that may live, unless it is to be forced."""
    environment = load_environment(name, settings.environments)
    if (settings.engine or environment.engine) == "pulumi":
        raise OperationError(
            f"{name} is deployed by the Pulumi CLI, whose locks it breaks itself",
            why="Its state may lie in a backend that this command does not read.",
            remedy=f"Run: pulumi cancel --stack {name}",
        )
    return backend_of(settings, environment.name).cancel(force=force)
