"""A plugin served over real gRPC, and a client that speaks the protocol as the Pulumi CLI does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from infra.engine.ports import Plugin
from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.values import Properties
from infra.providers.plugin.serving import served


class Client:
    """The CLI's side of the protocol. Every request carries a URN, as the CLI's do."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    def configure(self, inputs: Properties) -> Any:
        return self.stub.Configure(
            provider_pb2.ConfigureRequest(args=to_struct(inputs), acceptSecrets=True, acceptResources=True)
        )

    def check(self, urn: str, news: Properties, olds: Properties | None = None) -> Any:
        return self.stub.Check(provider_pb2.CheckRequest(**about(urn), olds=to_struct(olds or {}), news=to_struct(news)))

    def create(self, urn: str, inputs: Properties, *, preview: bool = False, timeout: float = 0) -> tuple[str, Properties]:
        request = provider_pb2.CreateRequest(**about(urn), properties=to_struct(inputs), preview=preview, timeout=timeout)
        answer = self.stub.Create(request)
        return answer.id, from_struct(answer.properties)

    def diff(
        self, urn: str, id: str, olds: tuple[Properties, Properties], news: Properties, ignore: tuple[str, ...] = ()
    ) -> Any:
        inputs, outputs = olds
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                **about(urn),
                id=id,
                old_inputs=to_struct(inputs),
                olds=to_struct(outputs),
                news=to_struct(news),
                ignoreChanges=ignore,
            )
        )

    def update(
        self, urn: str, id: str, olds: tuple[Properties, Properties], news: Properties, *, preview: bool = False
    ) -> Properties:
        inputs, outputs = olds
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                **about(urn),
                id=id,
                old_inputs=to_struct(inputs),
                olds=to_struct(outputs),
                news=to_struct(news),
                preview=preview,
            )
        )
        return from_struct(answer.properties)

    def read(self, urn: str, id: str, olds: tuple[Properties, Properties] | None = None) -> Any:
        inputs, outputs = olds or ({}, {})
        known: dict[str, Any] = {"inputs": to_struct(inputs), "properties": to_struct(outputs)} if olds else {}
        return self.stub.Read(provider_pb2.ReadRequest(**about(urn), id=id, **known))

    def delete(self, urn: str, id: str, olds: tuple[Properties, Properties]) -> None:
        inputs, outputs = olds
        self.stub.Delete(
            provider_pb2.DeleteRequest(**about(urn), id=id, old_inputs=to_struct(inputs), properties=to_struct(outputs))
        )


def about(urn: str) -> dict[str, Any]:
    _, _, types, name = urn.split("::", 3)
    return {"urn": urn, "type": types.rpartition("$")[2], "name": name}


def details(error: grpc.RpcError) -> list[Any]:
    """The error details that gRPC carries in the trailing metadata, unpacked."""
    packed = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    status = status_pb2.Status.FromString(packed) if packed else status_pb2.Status()
    found = []
    for item in status.details:
        detail = provider_pb2.ErrorResourceInitFailed()
        assert item.Unpack(detail)
        found.append(detail)
    return found


@contextmanager
def connected(plugin: Plugin) -> Iterator[Client]:
    """A client of the served plugin."""
    with served(plugin) as (_, port), grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Client(provider_pb2_grpc.ResourceProviderStub(channel))


@pytest.fixture
def urn() -> str:
    return "urn:pulumi:dev::shop::shop:index:Layer$test:index:Thing::one"
