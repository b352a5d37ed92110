"""Which engine deploys a stack. The environment file chooses, `--engine` overrides; nothing falls back in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infra.models import Environment
from infra.operations.engines.embedded import EmbeddedEngine
from infra.operations.engines.port import Engine
from infra.operations.settings import Settings


def engine_of(
    settings: Settings, environment: Environment, variables: Mapping[str, str], passphrase: Callable[[], str | None]
) -> Engine:
    """The engine of an environment's stack. `passphrase` is for the embedded one, asked for where it is needed."""
    if (settings.engine or environment.engine) == "pulumi":
        # The Automation API takes half a second to import.
        from infra.operations.engines.pulumi import PulumiEngine  # noqa: PLC0415

        return PulumiEngine(settings, environment.name, variables)
    return EmbeddedEngine(settings, environment.name, passphrase)
