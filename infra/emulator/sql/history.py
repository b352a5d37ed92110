"""The log of statements: who ran what, when, for how long, and how it ended. One line of JSON each, for audits.

Values of parameters are not in it, nor results. It is flushed line by line: an audit does not lose the last second.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

from infra.emulator.sql.execution import Execution

_KEEP_BYTES = 50_000_000


class StatementLog:
    """Appends to `statements.jsonl`, which moves to `statements.1.jsonl` at a start once it is large."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "statements.jsonl"
        if path.exists() and path.stat().st_size > _KEEP_BYTES:
            path.replace(folder / "statements.1.jsonl")
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def write(self, execution: Execution, warehouse: str) -> None:
        """Append a statement that ended."""
        line = {
            "statement_id": execution.id,
            "session_id": execution.session.id,
            "warehouse_id": warehouse,
            "user": execution.session.caller.name,
            "started_at": execution.started,
            "ms": round(execution.milliseconds, 1),
            "state": execution.state,
            "rows": execution.result.rows if execution.result is not None else 0,
            "error": str(execution.error) if execution.error is not None else None,
            "text": execution.sql,
        }
        with self._lock:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """End the log."""
        with self._lock:
            self._file.close()
