"""Calls back into the program: transforms and hooks, which the SDK serves by gRPC on a port of its own.

The one place where this engine is a gRPC client. A callback that fails raises `StepError` with what the program said.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from infra.engine.errors import StepError
from infra.engine.hooks import Occasion
from infra.engine.rpc.wire import to_struct
from infra.engine.values import Properties

#: The program is on this machine, whatever proxies the environment names; a state may be big.
_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)


class Callbacks:
    """Connections to whoever serves callbacks, made when first needed. Thread-safe."""

    def __init__(self) -> None:
        self._channels: dict[str, Any] = {}
        self._lock = threading.Lock()

    def call(self, callback: Any, request: Any) -> bytes:
        """The answer of a `Callback` to a message, still encoded. Raises `StepError`."""
        message = callback_pb2.CallbackInvokeRequest(token=callback.token, request=request.SerializeToString())
        try:
            answer: bytes = self._stub(callback.target).Invoke(message).response
        except grpc.RpcError as error:
            raise StepError(error.details()) from error
        return answer

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
            self._channels.clear()

    def _stub(self, target: str) -> Any:
        with self._lock:
            if target not in self._channels:
                self._channels[target] = grpc.insecure_channel(target, options=_OPTIONS)
            return callback_pb2_grpc.CallbacksStub(self._channels[target])


def hook_of(callbacks: Callbacks, callback: Any) -> Callable[[Occasion], None]:
    """What calls a resource hook."""

    def call(occasion: Occasion) -> None:
        request = resource_pb2.ResourceHookRequest(
            urn=occasion.urn,
            id=occasion.id,
            name=occasion.name,
            type=occasion.type,
            new_inputs=_struct(occasion.new_inputs),
            old_inputs=_struct(occasion.old_inputs),
            new_outputs=_struct(occasion.new_outputs),
            old_outputs=_struct(occasion.old_outputs),
        )
        answer = resource_pb2.ResourceHookResponse.FromString(callbacks.call(callback, request))
        if answer.error:
            raise StepError(answer.error)

    return call


def error_hook_of(callbacks: Callbacks, callback: Any) -> Callable[[Occasion, str, Sequence[str]], bool]:
    """What calls an error hook; it answers whether to try again."""

    def call(occasion: Occasion, operation: str, errors: Sequence[str]) -> bool:
        request = resource_pb2.ErrorHookRequest(
            urn=occasion.urn,
            id=occasion.id,
            name=occasion.name,
            type=occasion.type,
            new_inputs=_struct(occasion.new_inputs),
            old_inputs=_struct(occasion.old_inputs),
            old_outputs=_struct(occasion.old_outputs),
            failed_operation=operation,
            errors=errors,
        )
        answer = resource_pb2.ErrorHookResponse.FromString(callbacks.call(callback, request))
        if answer.error:
            raise StepError(f"an error hook failed: {answer.error}")
        return bool(answer.retry)

    return call


def _struct(properties: Properties | None) -> Any:
    return None if properties is None else to_struct(properties)
