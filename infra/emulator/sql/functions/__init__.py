"""Databricks' functions where DuckDB's, or sqlglot's idea of them, differ.

`rewrite` changes a resolved tree, node by node; `macros` are functions made in DuckDB.
"""

from infra.emulator.sql.functions.macros import install
from infra.emulator.sql.functions.rewrite import rewrite

__all__ = ["install", "rewrite"]
