"""One line of JSON a request, in the workspace's folder. No bodies, no queries, no tokens: it may be shown to anybody."""

from __future__ import annotations

import json
import time
from pathlib import Path

_KEEP_BYTES = 20_000_000
_FLUSH_SECONDS = 1.0


class AccessLog:
    """Appends to `access.jsonl`, which moves to `access.1.jsonl` at the start once it is large.

    Lines are flushed when the last flush is a second ago: a killed process loses the last second's.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "access.jsonl"
        if path.exists() and path.stat().st_size > _KEEP_BYTES:
            path.replace(folder / "access.1.jsonl")
        self._file = path.open("a", encoding="utf-8", buffering=1 << 16)
        self._flushed = 0.0

    def write(self, method: str, path: str, status: int, *, caller: str, seconds: float, fault: str | None) -> None:
        """Append a request. A status of 0 says that nothing was answered."""
        now = time.time()
        line = {"at": round(now, 3), "method": method, "path": path, "status": status, "caller": caller}
        line["ms"] = round(seconds * 1000, 2)
        self._file.write(json.dumps(line | {"fault": fault} if fault else line) + "\n")
        if now - self._flushed > _FLUSH_SECONDS:
            self._file.flush()
            self._flushed = now

    def close(self) -> None:
        """Write the rest."""
        self._file.close()
