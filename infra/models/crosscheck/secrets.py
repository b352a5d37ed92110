"""Where secrets come from."""

from __future__ import annotations

from infra.models.crosscheck.words import Wrong
from infra.models.environment import Environment


def secrets(environment: Environment) -> Wrong:
    """A credential that somebody else knows cannot be made up here."""
    credentials = (
        ("workspace", "token", environment.workspace.token),
        ("workspace", "client_secret", environment.workspace.client_secret),
        ("account", "client_secret", environment.account and environment.account.client_secret),
    )
    for section, key, reference in credentials:
        if reference is not None and environment.secrets.source == "none":
            yield (section, key), "cannot be made up, and 'secrets: {source: none}' makes secrets up; use source: env"
