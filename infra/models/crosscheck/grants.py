"""Grants: privileges that fit what they are granted on, to those who are known and who can get there."""

from __future__ import annotations

from infra.models.catalog import Catalog, Grants
from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment
from infra.models.privileges import CATALOG_PRIVILEGES, PRIVILEGES
from infra.models.suggestion import did_you_mean


def grants(environment: Environment, at: Path, securable: str, granted: Grants) -> Wrong:
    """The grants of the part of the file at `at`, which is a `securable` (a key of `PRIVILEGES`)."""
    fitting = PRIVILEGES[securable]
    roles = environment.identities.roles
    for who, words in granted.items():
        path: Path = (*at, "grants", who)
        yield from principal(environment, path, who)
        if not words:
            yield path, "grants nothing; name a privilege or a role, or leave the key out"
        for index, word in enumerate(words):
            if word in roles:
                unfit = [privilege for privilege in roles[word] if privilege not in fitting]
                if unfit:
                    yield (*path, index), f"the role '{word}' holds {unfit[0]}, which cannot be granted on a {securable}"
            elif word in CATALOG_PRIVILEGES - fitting:
                yield (*path, index), f"'{word}' cannot be granted on a {securable}, only above it"
            elif word not in fitting:
                meant = did_you_mean(word, [*fitting, *roles])
                yield (*path, index), f"'{word}' is neither a privilege on a {securable} nor a role{meant}"


def reachable(environment: Environment, at: Path, catalog: Catalog, granted: Grants) -> Wrong:
    """A grant in a schema is worth nothing to who may not enter its catalog: the platform asks for USE_CATALOG as well."""
    for who in sorted(environment.identities.principals.intersection(granted)):
        ways = {who, *environment.identities.groups_of(who)}
        entered = {privilege for way in ways for privilege in environment.identities.privileges(catalog.grants.get(way, ()))}
        if not entered & {"USE_CATALOG", "ALL_PRIVILEGES"} and catalog.owner not in ways:
            yield (*at, "grants", who), f"'{who}' cannot enter the catalog; grant it USE_CATALOG on catalogs.{at[1]} too"
