"""CREATE: to the kind of thing that is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import result
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.statements import materialized, namespaces, routines, tables, views
from infra.emulator.sql.tokens import Tokens

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def create(session: Session, tokens: Tokens) -> result.Result:
    """`CREATE [OR REPLACE | OR REFRESH] kind …`"""
    tokens.expect("CREATE")
    replace = tokens.take("OR", "REPLACE") or tokens.take("OR", "REFRESH")
    return kind(session, tokens, replace=replace)


def replace_table(session: Session, tokens: Tokens) -> result.Result:
    """`REPLACE TABLE …`, which is CREATE OR REPLACE of a table that must exist; here it need not."""
    tokens.expect("REPLACE")
    return kind(session, tokens, replace=True)


def kind(session: Session, tokens: Tokens, *, replace: bool) -> result.Result:
    """What is made, after CREATE."""
    tokens.take("EXTERNAL")
    if tokens.take("MATERIALIZED", "VIEW"):
        return materialized.create(session, tokens, "MATERIALIZED_VIEW", replace=replace)
    if tokens.take("STREAMING", "TABLE") or tokens.take("STREAMING", "LIVE", "TABLE"):
        return materialized.create(session, tokens, "STREAMING_TABLE", replace=replace)
    if tokens.take("TABLE"):
        return tables.create(session, tokens, replace=replace)
    temporary = bool(tokens.take("GLOBAL") or tokens.take_one("TEMP", "TEMPORARY", "LOCAL"))
    tokens.take_one("TEMP", "TEMPORARY")
    if tokens.take("VIEW"):
        return views.create(session, tokens, replace=replace, temporary=temporary)
    if not temporary and tokens.take("FUNCTION"):
        return routines.create(session, tokens, replace=replace)
    if not temporary and tokens.take_one("SCHEMA", "DATABASE"):
        return namespaces.create_schema(session, tokens)
    if not temporary and tokens.take("CATALOG"):
        return namespaces.create_catalog(session, tokens)
    raise Unsupported(f"CREATE {tokens.word()}")


STATEMENTS = {"CREATE": create, "REPLACE": replace_table}
