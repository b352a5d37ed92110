"""How a call fails on the wire: a status, the provider's own words, and for a partial failure what there is by now."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from infra.engine.ports import PartialFailure, ProviderError
from infra.engine.rpc.wire import to_struct

#: Where gRPC carries the whole status, with details that a code and a message cannot hold.
_DETAILS = "grpc-status-details-bin"
Answer = TypeVar("Answer", bound=Callable[..., Any])


class Refused(Exception):
    """A call that is not for this moment or not for this plugin. `code` tells a program what `str()` tells a person."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def told(answer: Answer) -> Answer:
    """A service method whose exceptions become statuses. The CLI shows a status' message as it is."""

    @functools.wraps(answer)
    def call(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return answer(self, request, context)
        except PartialFailure as failure:
            _attach(context, failure)
            context.abort(grpc.StatusCode.UNKNOWN, str(failure))
        except ProviderError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except Refused as refusal:
            context.abort(refusal.code, str(refusal))
        except Exception as error:
            # Where it happened, but not what was in the exception's text: that may hold a secret, and the CLI logs this.
            sys.stderr.write("".join(traceback.format_tb(error.__traceback__)))
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"{answer.__name__}: {type(error).__name__} in the provider plugin, which is a bug",
            )

    return call  # type: ignore[return-value]


def _attach(context: grpc.ServicerContext, failure: PartialFailure) -> None:
    """Say that the resource exists, and as what; the CLI keeps that in the state, with the reasons as `initErrors`."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=failure.created.id, properties=to_struct(failure.created.outputs), reasons=list(failure.reasons)
        )
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure), details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
