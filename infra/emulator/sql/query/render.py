"""From resolved trees to DuckDB SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from infra.emulator.sql.errors import Unsupported
from infra.emulator.sql.functions import rewrite

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def render(tree: exp.Expr) -> str:
    """DuckDB SQL of a resolved and rewritten tree. What sqlglot cannot say in DuckDB's SQL is refused."""
    try:
        return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE, comments=False)
    except UnsupportedError as error:
        raise Unsupported(f"this construct: {' '.join(str(error).split())}") from error


def finish(session: Session, resolved: exp.Expr) -> str:
    """DuckDB SQL of a resolved tree."""
    return render(rewrite(session, resolved))
