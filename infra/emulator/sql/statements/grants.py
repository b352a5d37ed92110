"""GRANT, REVOKE, SHOW GRANTS: the workspace's own grants, the same that REST changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.identity import directory
from infra.emulator.sql import lookup, result, rights
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import registry
from infra.emulator.unity.grants import change, effective
from infra.emulator.unity.privileges import manages
from infra.emulator.unity.securables import ALL, CATALOG, FUNCTION, METASTORE, PRIVILEGES, SCHEMA, TABLE, VOLUME

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

_KINDS = {
    "TABLE": TABLE,
    "VIEW": TABLE,
    "SCHEMA": SCHEMA,
    "DATABASE": SCHEMA,
    "CATALOG": CATALOG,
    "FUNCTION": FUNCTION,
    "VOLUME": VOLUME,
    "METASTORE": METASTORE,
    "MATERIALIZED": TABLE,
    "STREAMING": TABLE,
}


def grant(session: Session, tokens: Tokens) -> result.Result:
    """`GRANT privileges ON object TO principal`, `REVOKE privileges ON object FROM principal`."""
    verb = tokens.take_one("GRANT", "REVOKE")
    privileges = _privileges(tokens)
    tokens.expect("ON")
    securable, name = _object(session, tokens)
    tokens.expect("TO" if verb == "GRANT" else "FROM")
    principal = _principal(tokens)
    tokens.end()
    if ALL in privileges and verb == "REVOKE":
        privileges = sorted(PRIVILEGES[securable])
    change(
        session.workspace,
        session.caller,
        securable,
        name,
        [{"principal": principal, "add" if verb == "GRANT" else "remove": privileges}],
    )
    return result.empty()


def _privileges(tokens: Tokens) -> list[str]:
    found = []
    while True:
        words = []
        while not tokens.at_one(",", "ON") and not tokens.done:
            words.append(tokens.next().text.upper())
        found.append("_".join(words))
        if not tokens.take(","):
            return found


def _object(session: Session, tokens: Tokens) -> tuple[str, str]:
    """`[kind] name` as a securable's type and full name; it must exist."""
    word = tokens.take_one(*_KINDS)
    if word in ("MATERIALIZED", "STREAMING"):
        tokens.take_one("VIEW", "TABLE")
    securable = _KINDS[word] if word else TABLE
    if securable == METASTORE:
        return securable, session.workspace.metastore_id
    if securable == CATALOG:
        name = tokens.identifier().lower()
        lookup.need_catalog(session.workspace, name)
        return securable, name
    if securable == SCHEMA:
        catalog, schema = complete_schema(tokens.name(), session.catalog)
        lookup.need_schema(session.workspace, catalog, schema)
        return securable, f"{catalog}.{schema}"
    full = session.full_name(tokens.name())
    if securable == TABLE:
        lookup.get(session.workspace, session.caller, full)
    else:
        registry.fetch(session.workspace, securable, str(full))
    return securable, str(full)


def _principal(tokens: Tokens) -> str:
    """A principal's name, with or without backticks: users' names have an @, ids a -."""
    if tokens.at_string():
        return tokens.string()
    start = tokens.index
    name = tokens.identifier()
    while not tokens.done and not tokens.at("ON"):
        tokens.next()
    return name if tokens.index == start + 1 else tokens.text(start, tokens.index).strip()


def show(session: Session, tokens: Tokens) -> result.Result:
    """`SHOW GRANTS [principal] ON object`, after the first two words; grants that are inherited name where they are from."""
    principal = "" if tokens.at("ON") else _principal(tokens)
    tokens.expect("ON")
    securable, name = _object(session, tokens)
    tokens.end()
    shown = effective(session.workspace, securable, name)
    if not manages(session.workspace, session.caller, securable, name):
        rights.require_visible(session.workspace, session.caller, securable, name)
        shown = {who: held for who, held in shown.items() if who in session.caller.principals}
    if principal:
        wanted = directory.canonical_name(session.workspace, principal) or principal
        shown = {who: held for who, held in shown.items() if who == wanted}
    rows = [
        (
            who,
            entry["privilege"].replace("_", " "),
            entry.get("inherited_from_type", securable.upper()),
            entry.get("inherited_from_name", name),
        )
        for who, held in shown.items()
        for entry in held
    ]
    return result.rows(["Principal", "ActionType", "ObjectType", "ObjectKey"], rows)


STATEMENTS = {"GRANT": grant, "REVOKE": grant}
