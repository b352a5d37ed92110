"""Databricks' functions where DuckDB's, or sqlglot's idea of them, differ.

`rewrite` changes a resolved tree, by node; `macros` are functions made in DuckDB; `types` gives results Databricks' types.
"""

from infra.emulator.sql.functions.rewrite import rewrite

__all__ = ["rewrite"]
