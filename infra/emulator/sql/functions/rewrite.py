"""One pass over a tree: each function node may be replaced by what gives Databricks' result on DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from infra.emulator.sql.session import Session


def rewrite(session: Session, tree: exp.Expr) -> exp.Expr:
    """The tree with its functions rewritten."""
    return tree
