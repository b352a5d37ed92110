"""Grants: privileges that fit what they are granted on, to those who are known and who can get there."""

from __future__ import annotations

from typing import Final

from infra.models.catalog import Catalog, Grants
from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment
from infra.models.privileges import CATALOG_PRIVILEGES, PRIVILEGES
from infra.models.suggestion import did_you_mean

#: What takes the privileges of what it is in.
_INSIDE_CATALOGS: Final = frozenset({"schema", "table", "volume", "function", "model"})


def grants(environment: Environment, at: Path, securable: str, granted: Grants) -> Wrong:
    """The grants of the part of the file at `at`, which is a `securable` (a key of `PRIVILEGES`)."""
    fitting = PRIVILEGES[securable]
    article = _article(securable)
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
                    yield (*path, index), f"the role '{word}' holds {unfit[0]}, which cannot be granted on {article} {securable}"
            elif word not in fitting:
                yield (*path, index), _unfit(word, securable, [*fitting, *roles])


def _unfit(word: str, securable: str, usable: list[str]) -> str:
    if securable in _INSIDE_CATALOGS and word in CATALOG_PRIVILEGES:
        return f"'{word}' cannot be granted on a {securable}, only above it"
    elsewhere = [kind for kind, privileges in PRIVILEGES.items() if word in privileges]
    if elsewhere:
        return f"'{word}' cannot be granted on {_article(securable)} {securable}, only on {_article(elsewhere[0])} {elsewhere[0]}"
    return f"'{word}' is neither a privilege on {_article(securable)} {securable} nor a role{did_you_mean(word, usable)}"


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def reachable(environment: Environment, at: Path, catalog: Catalog, granted: Grants) -> Wrong:
    """A grant in a schema is worth nothing to who may not enter its catalog: the platform asks for USE_CATALOG as well."""
    for who in sorted(environment.identities.principals.intersection(granted)):
        ways = {who, *environment.identities.groups_of(who)}
        entered = {privilege for way in ways for privilege in environment.identities.privileges(catalog.grants.get(way, ()))}
        if not entered & {"USE_CATALOG", "ALL_PRIVILEGES"} and catalog.owner not in ways:
            yield (*at, "grants", who), f"'{who}' cannot enter the catalog; grant it USE_CATALOG on catalogs.{at[1]} too"
