"""What a stack tells the outside: ids, names, the release. Read from the state; the workspace is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.engine.backend import FileBackend
from infra.engine.masking import masked
from infra.engine.values import reveal
from infra.models import load_environment
from infra.operations.errors import NotDeployed
from infra.operations.settings import Settings
from infra.operations.target import passphrase_for


def outputs(settings: Settings, name: str, variables: Mapping[str, str], *, show_secrets: bool = False) -> dict[str, Any]:
    """All outputs of the environment's stack, secrets masked unless asked for; raises `NotDeployed` if there is no stack."""
    environment = load_environment(name, settings.environments)
    backend = FileBackend(settings.state, settings.project, environment.name)
    if not backend.exists():
        raise NotDeployed(f"{name} is not deployed yet", remedy=f"Provision it: lakestead up {name}")
    passphrase = passphrase_for(settings, environment, variables) if show_secrets else None
    values = backend.load(passphrase).outputs
    return {key: reveal(value) if show_secrets else masked(value) for key, value in values.items()}


def output(values: Mapping[str, Any], path: str) -> Any:
    """One output; `warehouses.etl` is the value below a key. Raises `NotDeployed` with the names that there are."""
    value: Any = values
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            known = ", ".join(sorted(value)) if isinstance(value, Mapping) else ""
            raise NotDeployed(f"there is no output `{path}`", why=f"At `{step}` there is: {known or 'a plain value'}.")
        value = value[step]
    return value
