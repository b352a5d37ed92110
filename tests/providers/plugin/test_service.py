"""What the Pulumi CLI gets from a plugin: values, differences, failures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from infra.engine.rpc.wire import from_struct, to_struct
from infra.engine.values import UNKNOWN, Secret
from infra.providers.plugin.serving import serve
from tests.engine.stand_in import StandIn
from tests.providers.plugin.conftest import Client, connected, details


@pytest.fixture
def plugin(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path / "cloud")


@pytest.fixture
def client(plugin: StandIn) -> Iterator[Client]:
    with connected(plugin) as client:
        client.configure({"region": "eu"})
        yield client


def test_it_says_what_it_is_and_what_values_it_takes(client: Client) -> None:
    """Secrets come as secrets; resources and outputs as plain values; previews are supported."""
    greeting = client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))

    assert client.stub.GetPluginInfo(empty_pb2.Empty()).version == "1.0.0"
    assert (greeting.accept_secrets, greeting.accept_resources, greeting.accept_outputs) == (True, False, False)


def test_the_schema_names_package_and_version(client: Client) -> None:
    schema = client.stub.GetSchema(provider_pb2.GetSchemaRequest(version=0)).schema

    assert json.loads(schema) == {"name": "test", "version": "1.0.0"}


def test_secrets_and_unknowns_survive_the_way(client: Client, urn: str) -> None:
    """A secret comes back as a secret, and what a preview cannot know as unknown."""
    checked = client.check(urn, {"name": "a", "token": Secret("s"), "size": UNKNOWN})

    assert from_struct(checked.inputs) == {"name": "a", "token": Secret("s"), "size": UNKNOWN}


def test_what_is_wrong_with_inputs_is_told_by_property(client: Client, urn: str) -> None:
    failures = client.check(urn, {"name": "a", "size": "big"}).failures

    assert [(item.property, item.reason) for item in failures] == [("size", "must be a number")]


def test_a_preview_makes_nothing(client: Client, plugin: StandIn, urn: str) -> None:
    id, _ = client.create(urn, {"name": "a"}, preview=True)

    assert id == ""
    assert plugin.things() == {}


def test_a_difference_names_keys_replacements_and_kinds(client: Client, urn: str) -> None:
    """The keys that differ, those that force a new resource, and each path's kind of change."""
    id, outputs = client.create(urn, {"name": "a", "size": 1})

    answer = client.diff(urn, id, ({"name": "a", "size": 1}, outputs), {"name": "b", "size": 1, "colour": "red"})

    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert sorted(answer.diffs) == ["colour", "name"]
    assert list(answer.replaces) == ["name"]


def test_no_difference_is_none_and_not_unknown(client: Client, urn: str) -> None:
    """Told nothing, the CLI would compare the inputs by itself."""
    id, outputs = client.create(urn, {"name": "a"})

    answer = client.diff(urn, id, ({"name": "a"}, outputs), {"name": "a"})

    assert (answer.changes, list(answer.diffs)) == (provider_pb2.DiffResponse.DIFF_NONE, [])


def test_what_the_program_ignores_is_no_difference(client: Client, urn: str) -> None:
    id, outputs = client.create(urn, {"name": "a", "size": 1})

    answer = client.diff(urn, id, ({"name": "a", "size": 1}, outputs), {"name": "a", "size": 2}, ignore=("size",))

    assert (answer.changes, list(answer.diffs)) == (provider_pb2.DiffResponse.DIFF_NONE, [])
    assert dict(answer.detailedDiff) == {}


def test_a_partial_failure_carries_what_there_is(client: Client, plugin: StandIn, urn: str) -> None:
    """The CLI keeps id and properties in the state, and the reasons as `initErrors`."""
    with pytest.raises(grpc.RpcError) as caught:
        client.create(urn, {"name": "a", "fail": "partial"})

    [detail] = details(caught.value)
    assert caught.value.code() == grpc.StatusCode.UNKNOWN
    assert detail.id in plugin.things()
    assert from_struct(detail.properties)["name"] == "a"
    assert list(detail.reasons) == ["half done"]


def test_a_failure_is_told_in_the_providers_words(client: Client, urn: str) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.create(urn, {"name": "a", "fail": "create"})

    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.UNKNOWN, "one cannot be created")
    assert details(caught.value) == []


def test_a_bug_of_the_provider_tells_nothing_of_values(
    client: Client, plugin: StandIn, urn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """An unforeseen exception may hold a secret in its text: its type and place are told, the text is not."""

    token = "hunter" + "2"  # not as it is in the source, whose lines a traceback shows

    def broken() -> None:
        raise KeyError(token)

    plugin.sabotage = broken
    with pytest.raises(grpc.RpcError) as caught:
        client.create(urn, {"name": "a"})

    assert caught.value.code() == grpc.StatusCode.INTERNAL
    assert "KeyError" in (caught.value.details() or "")
    assert token not in f"{caught.value.details()}{capfd.readouterr()}"


def test_what_does_not_exist_is_read_as_nothing(client: Client, urn: str) -> None:
    assert client.read(urn, "nowhere").id == ""


def test_after_cancel_nothing_that_changes_something_begins(client: Client, plugin: StandIn, urn: str) -> None:
    client.stub.Cancel(empty_pb2.Empty())

    with pytest.raises(grpc.RpcError) as caught:
        client.create(urn, {"name": "a"})

    assert caught.value.code() == grpc.StatusCode.CANCELLED
    assert plugin.calls() == []


def test_a_provider_that_is_not_configured_refuses(plugin: StandIn, urn: str) -> None:
    with connected(plugin) as client, pytest.raises(grpc.RpcError) as caught:
        client.create(urn, {"name": "a"})

    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION


def test_configuration_may_come_as_texts(plugin: StandIn, urn: str) -> None:
    """An older CLI sends `variables` under keys with the package's name."""
    with connected(plugin) as client:
        client.stub.Configure(provider_pb2.ConfigureRequest(variables={"test:config:region": "eu"}))
        id, _ = client.create(urn, {"name": "a"})

    assert id in plugin.things()


def test_a_providers_inputs_are_compared_without_what_the_cli_adds(client: Client) -> None:
    request = provider_pb2.DiffRequest(
        urn="urn:pulumi:dev::shop::pulumi:providers:test::eu",
        old_inputs=to_struct({"region": "eu", "version": "1.0.0", "__internal": {}}),
        news=to_struct({"region": "us", "version": "2.0.0"}),
    )

    answer = client.stub.DiffConfig(request)

    assert (list(answer.diffs), list(answer.replaces)) == (["region"], ["region"])


def test_a_data_source_is_answered(client: Client) -> None:
    answer = client.stub.Invoke(provider_pb2.InvokeRequest(tok="test:index:answer", args=to_struct({"question": "?"})))

    assert from_struct(getattr(answer, "return")) == {"answer": 42, "question": "?"}


def test_it_ends_when_the_process_that_started_it_is_gone(plugin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CLI that is killed leaves no plugin behind."""
    parents = iter([1000, 1000])
    monkeypatch.setattr(os, "getppid", lambda: next(parents, 1))
    ports: list[int] = []

    serve(plugin, ports.append, every=0.01)

    assert len(ports) == 1


def test_components_are_refused(client: Client) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.stub.Construct(provider_pb2.ConstructRequest(type="test:index:Layer"))

    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
