"""What every check is written in: a path into the file with what is wrong there, and names that have to be known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.models.environment import Environment
from infra.models.suggestion import did_you_mean

Path = tuple[str | int, ...]
#: What a check finds: where, and what is wrong there.
Wrong = Iterator[tuple[Path, str]]


def known(path: Path, word: str, among: Iterable[str], noun: str, where: str) -> Wrong:
    """Finds a word that is none of those that `where`, a key of the file, says."""
    words = sorted(among)
    if word not in words:
        there = did_you_mean(word, words) or (f"; {where} has {', '.join(words)}" if words else f"; {where} has none")
        yield path, f"'{word}' is no {noun}{there}"


def principal(environment: Environment, path: Path, word: str) -> Wrong:
    """Finds a word that is nobody of `identities`."""
    yield from known(path, word, environment.identities.principals, "service principal, user or group", "identities")


def place(environment: Environment, at: Path, catalog: str | None, schema: str | None) -> Wrong:
    """Finds a domain that is none, and a schema that the domain does not have; both stand under `at`."""
    if catalog is None:
        if schema is not None:
            yield (*at, "schema"), f"'{schema}' is in no catalog; say in 'catalog' whose it is"
        return
    yield from known((*at, "catalog"), catalog, environment.catalogs, "domain", "catalogs")
    if schema is not None and catalog in environment.catalogs:
        schemas = environment.catalogs[catalog].schemas
        yield from known((*at, "schema"), schema, schemas, "schema", f"catalogs.{catalog}.schemas")


def in_schema(environment: Environment, path: Path, name: str, *, volume: bool = False) -> Wrong:
    """Finds a `<domain>.<schema>` or `<domain>.<schema>.<name>` that leads nowhere; of its last part only a volume is known."""
    domain, schema, *rest = name.split(".")
    if domain not in environment.catalogs:
        yield from known(path, domain, environment.catalogs, "domain", "catalogs")
        return
    schemas = environment.catalogs[domain].schemas
    yield from known(path, schema, schemas, "schema", f"catalogs.{domain}.schemas")
    if volume and schema in schemas:
        yield from known(path, rest[0], schemas[schema].volumes, "volume", f"catalogs.{domain}.schemas.{schema}.volumes")


def recipients(environment: Environment, path: Path, words: Iterable[str]) -> Wrong:
    """Finds who is neither a mail address nor a key of `notifications`."""
    for index, word in enumerate(words):
        if "@" not in word and "${env:" not in word:
            noun = "mail address, and no notification destination"
            yield from known((*path, index), word, environment.notifications, noun, "notifications")


def budget_policy(environment: Environment, at: Path, word: str | None) -> Wrong:
    """Finds a policy that `budgets` does not have; its key stands under `at`."""
    if word is not None:
        yield from known((*at, "budget_policy"), word, environment.budgets.policies, "budget policy", "budgets.policies")
