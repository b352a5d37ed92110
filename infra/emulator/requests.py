"""What a handler gets, what it answers, and how a route names it. Knows nothing of ASGI: `infra.emulator.app` adapts.

A handler is a plain function `(workspace, caller, request) -> body`: a dict, list or None is answered as JSON with status
200; a `Response` as it stands; a `WorkspaceError` raised becomes Databricks' own error JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from infra.emulator.errors import BadRequest, InvalidParameter
from infra.emulator.workspace import Caller, Workspace

Handler: TypeAlias = "Callable[[Workspace, Caller, Request], Any]"


@dataclass(frozen=True)
class Request:
    """One request. `parameters` are the path's, `query` the query string's (the last value of a repeated name).

    Header names are lower-case. `content` is the raw body; `body` is it parsed as a JSON object, `{}` when empty.
    """

    method: str
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body as a JSON object. Raises BadRequest MALFORMED_REQUEST for anything else."""
        if not self.content:
            return {}
        try:
            parsed = json.loads(self.content)
        except ValueError as error:
            raise BadRequest(f"Could not parse request object: {error}", code="MALFORMED_REQUEST") from error
        if not isinstance(parsed, dict):
            raise BadRequest("Could not parse request object: expected a JSON object", code="MALFORMED_REQUEST")
        return parsed

    def required(self, name: str) -> str:
        """A text field of the body, or of the query for methods without one. Raises InvalidParameter if it is missing."""
        value = self.query.get(name) if self.method in ("GET", "DELETE") else self.body.get(name)
        if value is None or value == "":
            raise InvalidParameter(f"Missing required field: {name}")
        return str(value)

    def flag(self, name: str) -> bool:
        """A boolean of the query string; absent is false."""
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str, default: int) -> int:
        """An integer of the query string. Raises InvalidParameter if it is none."""
        text = self.query.get(name, "")
        if not text:
            return default
        try:
            return int(text)
        except ValueError as error:
            raise InvalidParameter(f"{name} must be an integer, got '{text}'") from error


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that is not plain JSON with status 200."""

    content: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `template` has `{name}` for one segment and, last, `{name:path}` for the rest, slashes included.

    open: answered without credentials.
    slow: run in a thread, because it may take long or wait; all others run on the event loop, one after the other, and
        must not wait for anything but the store.
    reads: does not change anything, though its method is POST: not counted as a write.
    scim: errors are rendered in SCIM's shape.
    """

    method: str
    template: str
    handler: Handler
    open: bool = False
    slow: bool = False
    reads: bool = False
    scim: bool = False

    @property
    def is_write(self) -> bool:
        """Whether calls of this endpoint count as writes."""
        return self.method not in ("GET", "HEAD") and not self.reads
