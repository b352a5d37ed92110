"""From a statement's first words to the family that runs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from infra.emulator.sql.errors import SyntaxFault, Unsupported
from infra.emulator.sql.result import Result
from infra.emulator.sql.statements import FAMILIES
from infra.emulator.sql.tokens import Tokens

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session

Handler: TypeAlias = "Callable[[Session, Tokens], Result]"

#: Statements that Databricks knows and this workspace does not, by their first word.
_KNOWN = frozenset(
    [
        "BEGIN",
        "CALL",
        "CACHE",
        "COPY",
        "DECLARE",
        "DENY",
        "EXECUTE",
        "FSCK",
        "GENERATE",
        "GET",
        "LIST",
        "LOAD",
        "MSCK",
        "PUT",
        "REMOVE",
        "REORG",
        "REPAIR",
        "SIGNAL",
        "SYNC",
        "UNCACHE",
    ]
)


def run(session: Session, tokens: Tokens) -> Result:
    """Run a statement. Raises SqlError, or duckdb.Error for what DuckDB finds wrong."""
    for words in (2, 1):
        key = " ".join(tokens.word(ahead) for ahead in range(words)).strip()
        handler = FAMILIES.get(key)
        if handler is not None:
            return handler(session, tokens)
    word = tokens.word()
    if word in _KNOWN:
        raise Unsupported(f"the statement {word}")
    raise SyntaxFault(f"Syntax error at or near '{tokens.text(0, 1)}'.")
