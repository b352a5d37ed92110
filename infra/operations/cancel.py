"""Break the lock that a killed operation left on an environment's stack, after folding what it did into the state."""

from __future__ import annotations

from collections.abc import Mapping

from infra.models import load_environment
from infra.operations.engines.choice import engine_of
from infra.operations.settings import Settings
from infra.operations.stack_state import backend_of


def cancel(settings: Settings, name: str, variables: Mapping[str, str], *, force: bool) -> list[str]:
    """Answers who had the lock. Raises `LockedError` for an owner that may live, unless it is to be forced.

    Where state lies in a folder or a bucket, a lock of either engine is broken; elsewhere the Pulumi CLI breaks its own.
    """
    environment = load_environment(name, settings.environments)
    if (settings.engine or environment.engine) == "pulumi" and not settings.is_readable:
        return engine_of(settings, environment, variables, lambda: None).cancel()
    return backend_of(settings, environment.name).cancel(force=force)
