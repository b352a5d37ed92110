"""Grants and owners: privileges that fit what they are granted on, to those who are known and who can get there."""

from __future__ import annotations

from typing import Final

from infra.models.catalog import Catalog
from infra.models.crosscheck.data import privileges, schemas, securables
from infra.models.crosscheck.words import Path, Wrong, principal
from infra.models.environment import Environment
from infra.models.privileges import CATALOG_PRIVILEGES, PRIVILEGES
from infra.models.securable import Grants
from infra.models.suggestion import did_you_mean

#: What takes the privileges of what it is in.
_INSIDE_CATALOGS: Final = frozenset({"schema", "table", "volume", "function", "model"})


def owners(environment: Environment) -> Wrong:
    """Who owns something is known."""
    for at, _, owner, _ in securables(environment):
        if owner is not None:
            yield from principal(environment, (*at, "owner"), owner)


def grants(environment: Environment) -> Wrong:
    """All grants on data, and the ways there."""
    for at, kind, _, granted in securables(environment):
        yield from granted_on(environment, at, kind, granted)
    for at, _, catalog, schema in schemas(environment):
        yield from reachable(environment, at, catalog, schema.grants)
        inside = [("tables", name, table.grants) for name, table in schema.tables.items()]
        inside += [("volumes", name, volume.grants) for name, volume in schema.volumes.items()]
        for kind, name, granted in inside:
            yield from reachable(environment, (*at, kind, name), catalog, granted)
            yield from _usable(environment, (*at, kind, name), catalog, granted)


def granted_on(environment: Environment, at: Path, securable: str, granted: Grants) -> Wrong:
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
                    yield (*path, index), f"the role '{word}' holds {unfit[0]}, which cannot be granted on {_a(securable)}"
            elif word not in fitting:
                yield (*path, index), _unfit(word, securable, [*fitting, *roles])


def _unfit(word: str, securable: str, usable: list[str]) -> str:
    if securable in _INSIDE_CATALOGS and word in CATALOG_PRIVILEGES:
        return f"'{word}' cannot be granted on {_a(securable)}, only above it"
    elsewhere = [kind for kind, fitting in PRIVILEGES.items() if word in fitting]
    if elsewhere:
        return f"'{word}' cannot be granted on {_a(securable)}, only on {_a(elsewhere[0])}"
    return f"'{word}' is neither a privilege on {_a(securable)} nor a role{did_you_mean(word, usable)}"


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def reachable(environment: Environment, at: Path, catalog: Catalog, granted: Grants) -> Wrong:
    """A grant in a schema is worth nothing to who may not enter its catalog: the platform asks for USE_CATALOG as well."""
    for who in sorted(environment.identities.principals.intersection(granted)):
        ways = {who, *environment.identities.groups_of(who)}
        if not privileges(environment, who, catalog.grants) & {"USE_CATALOG", "ALL_PRIVILEGES"} and catalog.owner not in ways:
            yield (*at, "grants", who), f"'{who}' cannot enter the catalog; grant it USE_CATALOG on catalogs.{at[1]} too"


def _usable(environment: Environment, at: Path, catalog: Catalog, granted: Grants) -> Wrong:
    """The same one step further in: a grant on a table or a volume wants USE_SCHEMA."""
    schema = catalog.schemas[str(at[3])]
    for who in sorted(environment.identities.principals.intersection(granted)):
        ways = {who, *environment.identities.groups_of(who)}
        held = privileges(environment, who, catalog.grants, schema.grants)
        if not held & {"USE_SCHEMA", "ALL_PRIVILEGES"} and not ways & {catalog.owner, schema.owner}:
            where = f"catalogs.{at[1]}.schemas.{at[3]}"
            yield (*at, "grants", who), f"'{who}' cannot enter the schema; grant it USE_SCHEMA on {where} too"
