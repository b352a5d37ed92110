"""Whole-workspace settings, budgets, and what is shared: what they name is there, and what is the account's has an account."""

from __future__ import annotations

from infra.models.crosscheck.words import Path, Wrong, in_schema, known, principal
from infra.models.environment import Environment


def controls(environment: Environment) -> Wrong:
    """Settings, budgets, sharing."""
    default = environment.settings.default_catalog
    if default is not None:
        yield from known(("settings", "default_catalog"), default, environment.catalogs, "domain", "catalogs")
    if environment.account is None:
        for word in ("monthly_usd", "policies"):
            if getattr(environment.budgets, word):
                yield ("budgets", word), "is the account's, and the environment names none; give it an 'account'"
    yield from _sharing(environment)


def _sharing(environment: Environment) -> Wrong:
    recipients = environment.sharing.recipients
    for key, share in environment.sharing.shares.items():
        at: Path = ("sharing", "shares", key)
        for index, shared in enumerate(share.objects):
            path: Path = (*at, "objects", index, "name")
            yield from in_schema(environment, path, shared.name, volume=shared.type == "VOLUME")
        for index, recipient in enumerate(share.recipients):
            yield from known((*at, "recipients", index), recipient, recipients, "recipient", "sharing.recipients")
        if share.owner is not None:
            yield from principal(environment, (*at, "owner"), share.owner)
    for key, one in recipients.items():
        if one.owner is not None:
            yield from principal(environment, ("sharing", "recipients", key, "owner"), one.owner)
