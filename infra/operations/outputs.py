"""What a stack tells the outside: ids, names, the release. Read from the state; the workspace is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.models import load_environment
from infra.operations.engines.choice import engine_of
from infra.operations.errors import NotDeployed
from infra.operations.settings import Settings
from infra.operations.target import passphrase_for


def outputs(settings: Settings, name: str, variables: Mapping[str, str], *, show_secrets: bool = False) -> dict[str, Any]:
    """All outputs of the environment's stack, secrets masked unless asked for; raises `NotDeployed` if there is no stack."""
    environment = load_environment(name, settings.environments)
    engine = engine_of(settings, environment, variables, lambda: passphrase_for(settings, environment, variables))
    values = engine.outputs(show_secrets=show_secrets)
    if values is None:
        raise NotDeployed(f"{name} is not deployed yet", remedy=f"Provision it: lakestead up {name}")
    return dict(values)


def output(values: Mapping[str, Any], path: str) -> Any:
    """One output; `warehouses.etl` is the value below a key. Raises `NotDeployed` with the names that there are."""
    value: Any = values
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            known = ", ".join(sorted(value)) if isinstance(value, Mapping) else ""
            raise NotDeployed(f"there is no output `{path}`", why=f"At `{step}` there is: {known or 'a plain value'}.")
        value = value[step]
    return value
