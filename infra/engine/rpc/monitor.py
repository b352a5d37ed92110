"""The resource monitor: `pulumi/resource.proto` on a `Registrar`. An object in the program's process, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc

from infra.engine.errors import CancelledError, EngineError, UnsupportedError
from infra.engine.ports import ProviderError
from infra.engine.registration import Registrar
from infra.engine.rpc.failures import RpcFailure
from infra.engine.rpc.goals import goal_of, read_goal_of
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.values import UNKNOWN_STRING

T = TypeVar("T")

#: What the program may use. What is left out, the SDK refuses with its own words.
FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a program may ask about the operation that it runs in."""

    project: str
    stack: str
    preview: bool
    parallel: int
    config: Mapping[str, str]
    secret_keys: frozenset[str]


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Each method may be called from many threads. Errors are raised as the SDK expects them from gRPC."""

    def __init__(self, registrar: Registrar, facts: Facts) -> None:
        self._registrar = registrar
        self._facts = facts

    def GetDeploymentInfo(self, request: Any, context: Any = None) -> Any:
        """What operation this is, and which features the program may use."""
        facts = self._facts
        return resource_pb2.DeploymentInfo(
            project=facts.project,
            stack=facts.stack,
            organization="organization",
            config=dict(facts.config),
            configSecretKeys=sorted(facts.secret_keys),
            dryRun=facts.preview,
            parallel=facts.parallel,
            supportedFeatures=FEATURES,
        )

    def RegisterResource(self, request: Any, context: Any = None) -> Any:
        """Bring a resource to what the program wants."""
        resource = self._answered(
            lambda: self._registrar.register(goal_of(request), version=request.version, providers=dict(request.providers))
        )
        known = resource.id not in {"", UNKNOWN_STRING}
        response = resource_pb2.RegisterResourceResponse(urn=resource.urn, id=resource.id if known else "")
        to_struct(resource.outputs if resource.custom else {}, response.object)
        return response

    def RegisterResourceOutputs(self, request: Any, context: Any = None) -> Any:
        """The outputs of a component or of the stack."""
        self._answered(lambda: self._registrar.register_outputs(request.urn, from_struct(request.outputs)))
        return empty_pb2.Empty()

    def ReadResource(self, request: Any, context: Any = None) -> Any:
        """Look at a resource that others own."""
        resource = self._answered(lambda: self._registrar.read(read_goal_of(request), request.id, version=request.version))
        response = resource_pb2.ReadResourceResponse(urn=resource.urn)
        to_struct(resource.outputs, response.properties)
        return response

    def Invoke(self, request: Any, context: Any = None) -> Any:
        """Call a function of a provider."""
        if request.packageRef:
            raise _failure(UnsupportedError(f"{request.tok}: parameterized packages: not supported by this engine"))
        answer = _answered(
            lambda: self._registrar.invoke(
                request.tok,
                from_struct(request.args),
                provider=request.provider,
                version=request.version,
                depends_on=list(request.dependsOn),
            )
        )
        response = resource_pb2.ResourceInvokeResponse(unknown=answer is None)
        to_struct(answer or {}, getattr(response, "return"))
        return response

    def SignalAndWaitForShutdown(self, request: Any, context: Any = None) -> Any:
        """The program has registered everything. There are no hooks that it would have to wait for."""
        return empty_pb2.Empty()

    def Call(self, request: Any, context: Any = None) -> Any:
        """Methods of remote components: refused."""
        raise _failure(UnsupportedError(f"{request.tok}: methods of remote components are not supported by this engine"))

    def RegisterPackage(self, request: Any, context: Any = None) -> Any:
        """Parameterized packages: refused."""
        raise _failure(UnsupportedError(f"{request.name}: parameterized packages are not supported by this engine"))

    def _answered(self, call: Callable[[], T]) -> T:
        """The answer of a call whose failure ends the operation."""

        def reported() -> T:
            with self._registrar.reported():
                return call()

        return _answered(reported)


def _answered(call: Callable[[], T]) -> T:
    try:
        return call()
    except (EngineError, ProviderError) as error:
        raise _failure(error) from error


def _failure(error: Exception) -> RpcFailure:
    if isinstance(error, CancelledError):
        return RpcFailure(grpc.StatusCode.UNAVAILABLE, str(error))
    if isinstance(error, UnsupportedError):
        return RpcFailure(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    return RpcFailure(grpc.StatusCode.UNKNOWN, str(error))
