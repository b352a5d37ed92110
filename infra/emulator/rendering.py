"""Answers as they go over the wire: JSON, errors in the shape of their family, injected faults."""

from __future__ import annotations

import json
from typing import Any

from infra.emulator.errors import WorkspaceError
from infra.emulator.requests import Response
from infra.emulator.traffic import Fault

_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def as_json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body, separators=(",", ":")).encode(), status, headers=headers or {})


def failure(error: WorkspaceError, *, scim: bool) -> Response:
    """An error in Databricks' shape, or in SCIM's."""
    if scim:
        kind = {400: "invalidValue", 409: "uniqueness"}.get(error.status, "")
        return as_json(
            error.status,
            {"schemas": [_SCIM_ERROR], "scimType": kind, "detail": error.message, "status": str(error.status)},
        )
    return as_json(error.status, error.body())


def injected(fault: Fault) -> Response:
    """The answer of a fault that answers."""
    status = 429 if fault.kind == "rate" else fault.status
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    code = {429: "REQUEST_LIMIT_EXCEEDED", 503: "TEMPORARILY_UNAVAILABLE"}.get(status, "INTERNAL_ERROR")
    return as_json(status, {"error_code": code, "message": f"A fault of kind '{fault.kind}' was injected."}, headers)
