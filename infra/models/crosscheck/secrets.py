"""Where secrets come from."""

from __future__ import annotations

from infra.models.crosscheck.words import Wrong
from infra.models.environment import Environment


def secrets(environment: Environment) -> Wrong:
    """A credential that somebody else knows cannot be made up here."""
    workspace = environment.workspace
    for key in ("token", "client_secret"):
        if getattr(workspace, key) is not None and environment.secrets.source == "none":
            yield ("workspace", key), "cannot be made up, and 'secrets: {source: none}' makes secrets up; use source: env"
