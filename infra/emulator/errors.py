"""Databricks' error answers: an HTTP status, an `error_code` and a message.

    WorkspaceError
    ├── BadRequest            400 BAD_REQUEST
    │   ├── InvalidParameter      400 INVALID_PARAMETER_VALUE
    │   └── InvalidState          400 INVALID_STATE
    ├── Unauthenticated       401 UNAUTHENTICATED
    ├── PermissionDenied      403 PERMISSION_DENIED
    ├── NotFound              404 RESOURCE_DOES_NOT_EXIST, or the family's own code
    ├── AlreadyExists         409 RESOURCE_ALREADY_EXISTS, or the family's own code
    ├── NotImplementedHere    501 NOT_IMPLEMENTED: the real workspace can, this one cannot
    └── TooManyRequests       429 REQUEST_LIMIT_EXCEEDED

Codes and shape as databricks-sdk's `errors/platform.py` and `errors/parser.py` read them. SCIM answers have a shape of
their own; `infra.emulator.identity.scim` renders it.
"""

from __future__ import annotations

from typing import Any, ClassVar


class WorkspaceError(Exception):
    """An answer that is not 2xx. `code` overrides the class's own `error_code` where a family has another."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, *, code: str | None = None, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = details or []

    def body(self) -> dict[str, Any]:
        """The JSON that goes over the wire."""
        return {"error_code": self.code, "message": self.message, **({"details": self.details} if self.details else {})}


class BadRequest(WorkspaceError):
    status = 400
    default_code = "BAD_REQUEST"


class InvalidParameter(BadRequest):
    default_code = "INVALID_PARAMETER_VALUE"


class InvalidState(BadRequest):
    default_code = "INVALID_STATE"


class Unauthenticated(WorkspaceError):
    status = 401
    default_code = "UNAUTHENTICATED"


class PermissionDenied(WorkspaceError):
    status = 403
    default_code = "PERMISSION_DENIED"


class NotFound(WorkspaceError):
    status = 404
    default_code = "RESOURCE_DOES_NOT_EXIST"


class AlreadyExists(WorkspaceError):
    status = 409
    default_code = "RESOURCE_ALREADY_EXISTS"


class NotImplementedHere(WorkspaceError):
    status = 501
    default_code = "NOT_IMPLEMENTED"


class TooManyRequests(WorkspaceError):
    status = 429
    default_code = "REQUEST_LIMIT_EXCEEDED"
