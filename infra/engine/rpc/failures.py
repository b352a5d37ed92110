"""An error as a gRPC client sees it, raised where no gRPC is in between."""

from __future__ import annotations

import grpc


class RpcFailure(grpc.RpcError):  # type: ignore[misc]
    """What the SDK's `except grpc.RpcError` looks at: a code and details."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(details)
        self._code = code
        self._details = details

    def code(self) -> grpc.StatusCode:
        """The status."""
        return self._code

    def details(self) -> str:
        """The message."""
        return self._details
