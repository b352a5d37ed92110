"""Queries: SELECT, WITH, VALUES, FROM, TABLE; and EXPLAIN of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.emulator.sql import result
from infra.emulator.sql.query import run
from infra.emulator.sql.tokens import Tokens

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def query(session: Session, tokens: Tokens) -> result.Result:
    """Run a query."""
    if tokens.take("TABLE"):
        return run.fetch(session, run.translate_text(session, f"select * from {tokens.rest()}"))
    return run.fetch(session, run.translate_text(session, tokens.rest()))


def explain(session: Session, tokens: Tokens) -> result.Result:
    """`EXPLAIN [EXTENDED | CODEGEN | COST | FORMATTED] query`: the plan, which is DuckDB's."""
    tokens.expect("EXPLAIN")
    tokens.take_one("EXTENDED", "CODEGEN", "COST", "FORMATTED")
    sql = run.translate_text(session, tokens.rest())
    plan = session.cursor.execute(f"explain {sql}").fetchall()
    return result.rows(["plan"], [("== Physical Plan ==\n" + "\n".join(str(row[1]) for row in plan),)])


STATEMENTS = {
    "SELECT": query,
    "WITH": query,
    "VALUES": query,
    "FROM": query,
    "TABLE": query,
    "(": query,
    "EXPLAIN": explain,
}
