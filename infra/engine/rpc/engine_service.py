"""The engine service: `pulumi/engine.proto`, what a program logs and where it finds its root."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from infra.engine.errors import PlanError
from infra.engine.events import Severity
from infra.engine.reporter import Reporter
from infra.engine.rpc.failures import RpcFailure
from infra.engine.version_range import holds

_SEVERITIES: Final[dict[int, Severity]] = {
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}


class EngineService(engine_pb2_grpc.EngineServicer):
    """Debug messages, about four a resource, are dropped."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._root = ""

    def Log(self, request: Any, context: Any = None) -> Any:
        """Something that the program wants to say."""
        severity = _SEVERITIES.get(request.severity)
        if severity is not None:
            self._reporter.diagnose(severity, request.message, request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any = None) -> Any:
        """The URN of the stack."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any = None) -> Any:
        """The program has made its stack resource."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any = None) -> Any:
        """A range of CLI versions: this engine behaves like the CLI of the SDK's version, so that must lie in it."""
        installed = version("pulumi")
        major, minor, patch = (int(part) for part in installed.split(".")[:3])
        try:
            satisfied = holds(request.pulumi_version_range, (major, minor, patch))
        except PlanError as error:
            raise RpcFailure(grpc.StatusCode.INVALID_ARGUMENT, str(error)) from error
        if not satisfied:
            raise RpcFailure(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"Pulumi CLI version {installed} does not satisfy the version range {request.pulumi_version_range!r}",
            )
        return engine_pb2.RequirePulumiVersionResponse()
