"""COMMENT ON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue, result
from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.names import complete_schema
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import catalogs, schemas
from infra.emulator.unity.relations import Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def comment_on(session: Session, tokens: Tokens) -> result.Result:
    """`COMMENT ON kind name IS 'text' | NULL`."""
    tokens.expect("COMMENT", "ON")
    kind = tokens.take_one("TABLE", "VIEW", "COLUMN", "SCHEMA", "DATABASE", "CATALOG", "MATERIALIZED", "STREAMING")
    if not kind:
        raise Unsupported(f"COMMENT ON {tokens.word()}")
    if kind in ("MATERIALIZED", "STREAMING"):
        tokens.take_one("VIEW", "TABLE")
    parts = tokens.name()
    tokens.expect("IS")
    text = None if tokens.take("NULL") else tokens.string()
    tokens.end()
    if kind == "CATALOG":
        catalogs.update(session.workspace, session.caller, parts[0].lower(), {"comment": text or ""})
    elif kind in ("SCHEMA", "DATABASE"):
        catalog, name = complete_schema(parts, session.catalog)
        schemas.update(session.workspace, session.caller, f"{catalog}.{name}", {"comment": text or ""})
    elif kind == "COLUMN":
        with session.workspace.lake.writing(str(session.full_name(parts[:-1]))):
            relation = catalogue.changeable(session, parts[:-1])
            set_column(session, relation, parts[-1], text)
    else:
        with session.workspace.lake.writing(str(session.full_name(parts))):
            relation = catalogue.changeable(session, parts)
            if text is None:
                relation.pop("comment", None)
            else:
                relation["comment"] = text
            catalogue.update(session, relation)
    return result.empty()


def set_column(session: Session, relation: Relation, name: str, text: str | None) -> None:
    """Give a column its comment, or take it away."""
    column = catalogue.find_column(relation, name)
    if text is None:
        column.pop("comment", None)
    else:
        column["comment"] = text
    catalogue.renew(column)
    catalogue.update(session, relation)


STATEMENTS = {"COMMENT": comment_on}
