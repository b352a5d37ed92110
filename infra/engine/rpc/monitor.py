"""The resource monitor: `pulumi/resource.proto` on a `Registrar`. An object in the program's process, without sockets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc

from infra.engine.errors import CancelledError, EngineError, UnsupportedError
from infra.engine.hooks import ErrorHook, Hook, Hooks
from infra.engine.ports import ProviderError
from infra.engine.registration import Registrar
from infra.engine.resource import Resource
from infra.engine.rpc.callbacks import Callbacks, error_hook_of, hook_of
from infra.engine.rpc.failures import RpcFailure
from infra.engine.rpc.goals import goal_of, read_goal_of, refuse_unsupported
from infra.engine.rpc.positions import Positions
from infra.engine.rpc.transforms import Transforms
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.values import UNKNOWN_STRING, Properties

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
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,  # so that RegisterPackage is asked, and can refuse by name
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_PARENT,
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


class Monitor(resource_pb2_grpc.ResourceMonitorServicer, resource_pb2_grpc.ResourceMonitorStub):
    """Each method may be called from many threads. Errors are raised as the SDK expects them from gRPC.

    It calls itself a stub because the SDK serves callbacks to nothing else. `finish` does what is left to do once the program
    has registered everything; it is called while hooks can still be.
    """

    def __init__(
        self, registrar: Registrar, facts: Facts, hooks: Hooks, finish: Callable[[], None], positions: Positions
    ) -> None:
        self._registrar, self._facts, self._hooks, self._finish = registrar, facts, hooks, finish
        self._positions = positions
        self._callbacks = Callbacks()
        self._transforms = Transforms(self._callbacks)

    def refuse(self, error: UnsupportedError) -> None:
        """The program asks for what this engine does not do: nothing begins any more."""
        self._registrar.refuse(error)

    def close(self) -> None:
        """Let the connections to the program go."""
        self._callbacks.close()

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
        resource = self._answered(lambda: self._register(request))
        known = resource.id not in {"", UNKNOWN_STRING}
        response = resource_pb2.RegisterResourceResponse(
            urn=resource.urn, id=resource.id if known else "", unknown=self._registrar.is_skipped(resource.urn)
        )
        to_struct(resource.outputs if resource.custom else {}, response.object)
        return response

    def _register(self, request: Any) -> Resource:
        refuse_unsupported(request)
        meant = self._transforms.completed(request)
        goal = goal_of(meant, self._positions)
        resource = self._registrar.register(goal, version=meant.version, providers=dict(meant.providers))
        self._transforms.keep(resource.urn, meant)
        return resource

    def RegisterResourceOutputs(self, request: Any, context: Any = None) -> Any:
        """The outputs of a component or of the stack."""
        self._answered(lambda: self._registrar.register_outputs(request.urn, from_struct(request.outputs)))
        return empty_pb2.Empty()

    def ReadResource(self, request: Any, context: Any = None) -> Any:
        """Look at a resource that others own."""
        goal = self._answered(lambda: read_goal_of(request, self._positions))
        resource = self._answered(lambda: self._registrar.read(goal, request.id, version=request.version))
        response = resource_pb2.ReadResourceResponse(urn=resource.urn)
        to_struct(resource.outputs, response.properties)
        return response

    def Invoke(self, request: Any, context: Any = None) -> Any:
        """Call a function of a provider."""
        if request.packageRef:
            raise _failure(UnsupportedError(f"{request.tok}: parameterized packages: not supported by this engine"))
        answer = _answered(lambda: self._invoke(self._transforms.completed_invoke(request)))
        response = resource_pb2.ResourceInvokeResponse(unknown=answer is None)
        to_struct(answer or {}, getattr(response, "return"))
        return response

    def _invoke(self, request: Any) -> Properties | None:
        return self._registrar.invoke(
            request.tok,
            from_struct(request.args),
            provider=request.provider,
            version=request.version,
            parent=request.parent,
            depends_on=list(request.dependsOn),
        )

    def SignalAndWaitForShutdown(self, request: Any, context: Any = None) -> Any:
        """The program has registered everything; it stays as long as hooks of deletions may be called."""
        if self._hooks.any:
            self._finish()
        return empty_pb2.Empty()

    def RegisterStackTransform(self, request: Any, context: Any = None) -> Any:
        """The program wants to see every resource before it is registered."""
        self._transforms.add(request)
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(self, request: Any, context: Any = None) -> Any:
        """The program wants to see every invoke before it is made."""
        self._transforms.add_for_invokes(request)
        return empty_pb2.Empty()

    def RegisterResourceHook(self, request: Any, context: Any = None) -> Any:
        """The program has something to be called for."""
        hook = Hook(
            name=request.name,
            call=hook_of(self._callbacks, request.callback),
            in_previews=request.on_dry_run,
            ignore_errors=request.ignore_errors,
        )
        _answered(lambda: self._hooks.register(hook))
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request: Any, context: Any = None) -> Any:
        """The program has something to be asked after failures."""
        hook = ErrorHook(name=request.name, call=error_hook_of(self._callbacks, request.callback))
        _answered(lambda: self._hooks.register(hook))
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
