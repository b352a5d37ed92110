"""OPTIMIZE, VACUUM, ANALYZE, REFRESH TABLE, CACHE: they change no result, so they check name and rights, and are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import lookup, result, rights, writing
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity.securables import TABLE

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def optimize(session: Session, tokens: Tokens) -> result.Result:
    """`OPTIMIZE t [FULL] [WHERE …] [ZORDER BY (…)]`."""
    tokens.expect("OPTIMIZE")
    name = session.full_name(tokens.name())
    rest = tokens.rest()
    with session.workspace.lake.writing(str(name)):
        relation, physical = writing.target(session, name)
        with writing.transaction(session):
            writing.record(session, relation, "OPTIMIZE", parameters={"predicate": "[]", "clause": rest})
    return result.rows(["path", "metrics"], [(f"{physical}", "{}")])


def vacuum(session: Session, tokens: Tokens) -> result.Result:
    """`VACUUM t [RETAIN n HOURS] [DRY RUN]`."""
    tokens.expect("VACUUM")
    writing.target(session, session.full_name(tokens.name()))
    return result.rows(["path"], [])


def analyze(session: Session, tokens: Tokens) -> result.Result:
    """`ANALYZE TABLE t COMPUTE STATISTICS …`."""
    tokens.expect("ANALYZE", "TABLE")
    writing.target(session, session.full_name(tokens.name()))
    return result.empty()


def cache(session: Session, tokens: Tokens) -> result.Result:
    """`CACHE [LAZY] TABLE t`, `UNCACHE TABLE t`, `CACHE SELECT …`, `MSCK REPAIR TABLE t`: nothing to do but to check."""
    tokens.next()
    tokens.take_one("LAZY", "REPAIR")
    if tokens.take("TABLE"):
        tokens.take("IF", "EXISTS")
        name = session.full_name(tokens.name())
        lookup.get(session.workspace, session.caller, name)
        rights.require(session.workspace, session.caller, "SELECT", TABLE, str(name))
    return result.empty()


STATEMENTS = {
    "OPTIMIZE": optimize,
    "VACUUM": vacuum,
    "ANALYZE": analyze,
    "CACHE": cache,
    "UNCACHE": cache,
    "MSCK": cache,
}
