"""Where a program asks for a resource, as Pulumi's state has it: `project:///<path from the project's folder>#<line>`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit


class Positions:
    """Source positions of requests, relative to the project's folder. Thread-safe: the cache only saves work."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._files: dict[str, str] = {}

    def position(self, request: Any) -> str:
        """Where the request comes from; empty where it does not say."""
        return self._place(request.sourcePosition) if request.HasField("sourcePosition") else ""

    def trace(self, request: Any) -> tuple[str, ...]:
        """The frames of the request's call stack, the innermost first; one whose place is not known is empty."""
        return tuple(self._place(frame.pc) if frame.HasField("pc") else "" for frame in request.stackTrace.frames)

    def _place(self, place: Any) -> str:
        file = self._files.get(place.uri)
        if file is None:
            file = self._files[place.uri] = self._relative(place.uri)
        if not file:
            return ""
        column = f",{place.column}" if place.column else ""
        return f"{file}#{place.line}{column}"

    def _relative(self, uri: str) -> str:
        parts = urlsplit(uri)
        if parts.scheme != "file":
            return ""
        path = os.path.relpath(unquote(parts.path), self._root)
        return "project:///" + quote(path, safe="/@:~!$&'()*+,;=")
