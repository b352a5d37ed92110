"""Functions made in DuckDB, for all cursors: macros in its SQL, and Python where SQL cannot."""

from __future__ import annotations

import duckdb

_MACROS: dict[str, str] = {}


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions; called once, before any cursor is made."""
    for signature, body in _MACROS.items():
        connection.execute(f"create macro {signature} as {body}")
