"""Those who act: what is the account's needs an account, who is there already needs a number, a secret needs a scope."""

from __future__ import annotations

from collections.abc import Iterator

from infra.models.crosscheck.words import Path, Wrong, known, principal
from infra.models.environment import Environment
from infra.models.principal import Group, ServicePrincipal, User


def identities(environment: Environment) -> Wrong:
    """Everyone, one by one; then who is in which group."""
    if environment.identities.level == "account" and environment.account is None:
        yield ("identities", "level"), "is 'account', and the environment names none; give it an 'account'"
    for at, one in _everyone(environment):
        if one.existing and one.entitlements is not None and one.id is None:
            yield (*at, "entitlements"), "go by number, and who is there already has none in this file; give its 'id'"
        if one.admin and environment.identities.level == "workspace":
            yield (*at, "admin"), "is said to the account; give 'identities' the level 'account', or add it to the group admins"
        if one.admin and one.existing and one.id is None:
            yield (*at, "admin"), "goes by number, and who is there already has none in this file; give its 'id'"
    for key, runner in environment.identities.service_principals.items():
        yield from _credentials(environment, ("identities", "service_principals", key), runner)
    yield from _members(environment)


def _everyone(environment: Environment) -> Iterator[tuple[Path, ServicePrincipal | User | Group]]:
    everyone = environment.identities
    for key, runner in everyone.service_principals.items():
        yield ("identities", "service_principals", key), runner
    for key, user in everyone.users.items():
        yield ("identities", "users", key), user
    for key, group in everyone.groups.items():
        yield ("identities", "groups", key), group


def _credentials(environment: Environment, at: Path, runner: ServicePrincipal) -> Wrong:
    if runner.existing and runner.id is None:
        for word in ("secret", "federation"):
            if getattr(runner, word):
                yield (*at, word), "goes by number, and who is there already has none in this file; give its 'id'"
    if runner.federation and environment.account is None:
        yield (*at, "federation"), "is the account's, and the environment names none; give it an 'account'"
    if runner.secret is None:
        return
    scopes = environment.secrets.scopes
    yield from known((*at, "secret", "scope"), runner.secret.scope, scopes, "secret scope", "secrets.scopes")
    scope = scopes.get(runner.secret.scope)
    if scope is not None and runner.secret.key in scope.keys:
        where = f"secrets.scopes.{runner.secret.scope}.keys"
        yield (*at, "secret", "key"), f"'{runner.secret.key}' is in {where} already; its value is made here: leave it out there"


def _members(environment: Environment) -> Wrong:
    """Members are known, those who are there already by their number, and no group is in itself."""
    everyone = {at[-1]: one for at, one in _everyone(environment)}
    groups = environment.identities.groups
    for key, group in groups.items():
        for index, member in enumerate(group.members):
            path: Path = ("identities", "groups", key, "members", index)
            yield from principal(environment, path, member)
            one = everyone.get(member)
            if one is not None and one.existing and one.id is None:
                yield path, f"'{member}' is there already, and members go by number; give its 'id'"
        if key in environment.identities.groups_of(key):
            yield ("identities", "groups", key, "members"), "goes in a circle: the group would be a member of itself"
