"""Tags of relations and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import catalogue
from infra.emulator.sql.tokens import Tokens
from infra.emulator.unity import tag_policies
from infra.emulator.unity.relations import Column, Relation

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def set_relation(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`SET TAGS ('key' = 'value', …)`, after these words."""
    relation["tags"] |= _allowed(session, tokens)
    catalogue.update(session, relation)


def unset_relation(session: Session, relation: Relation, tokens: Tokens) -> None:
    """`UNSET TAGS ('key', …)`, after these words."""
    for key in tokens.listed(tokens.string):
        relation["tags"].pop(key, None)
    catalogue.update(session, relation)


def set_column(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    """`SET TAGS (…)` of a column, after these words."""
    column["tags"] = column.get("tags", {}) | _allowed(session, tokens)
    catalogue.update(session, relation)


def unset_column(session: Session, relation: Relation, column: Column, tokens: Tokens) -> None:
    """`UNSET TAGS (…)` of a column, after these words."""
    kept = column.get("tags", {})
    for key in tokens.listed(tokens.string):
        kept.pop(key, None)
    column["tags"] = kept
    catalogue.update(session, relation)


def _allowed(session: Session, tokens: Tokens) -> dict[str, str]:
    """Tags as written. Raises InvalidParameter for a value that the policy of its key does not have."""
    tags = tokens.pairs()
    tag_policies.check(session.workspace, tags)
    return tags
