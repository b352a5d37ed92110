"""`pulumi-resource-databricks` as the Pulumi CLI starts it, and the whole life of a resource through it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from infra.engine.rpc.wire import from_struct
from infra.engine.values import Properties, Secret
from tests.emulator.conftest import LiveWorkspace, serve
from tests.providers.plugin.conftest import Client, about

ROOT = Path(__file__).parents[3]
EXECUTABLE = ROOT / "scripts" / "pulumi-plugins" / "pulumi-resource-databricks"
URN = "urn:pulumi:dev::shop::databricks:index/schema:Schema::bronze"


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The executable with what the CLI passes to it."""
    environment = {"PATH": os.environ["PATH"], "LAKESTEAD_PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [str(EXECUTABLE), *arguments], env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that the process prints."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 30)[0], "no port was printed"
    return int(process.stdout.readline())


@contextmanager
def connected() -> Iterator[Client]:
    """A client of a fresh process."""
    with started("127.0.0.1:4321", "-v=3") as process:
        port = port_of(process)
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Client(provider_pb2_grpc.ResourceProviderStub(channel))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWorkspace]:
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        yield live


@pytest.fixture(scope="module")
def client(workspace: LiveWorkspace) -> Iterator[Client]:
    with connected() as client:
        client.configure({"host": workspace.host, "token": Secret(workspace.token)})
        yield client


def checked(client: Client, urn: str, inputs: Properties) -> Properties:
    answer = client.check(urn, inputs)
    assert list(answer.failures) == []
    return from_struct(answer.inputs)


def test_a_resource_lives_its_whole_life(client: Client, workspace: LiveWorkspace) -> None:
    """Check, create, read, diff, update, refresh, delete: each leaves the workspace as the protocol says."""
    schemas = workspace.client().schemas
    catalog = "urn:pulumi:dev::shop::databricks:index/catalog:Catalog::main"
    client.create(catalog, checked(client, catalog, {"name": "main"}))
    before = checked(client, URN, {"catalogName": "main", "name": "bronze", "comment": "raw"})

    id, outputs = client.create(URN, before, timeout=60)
    assert (id, schemas.get(id).comment) == ("main.bronze", "raw")
    assert client.diff(URN, id, (before, outputs), before).changes == provider_pb2.DiffResponse.DIFF_NONE

    after = checked(client, URN, {"catalogName": "main", "name": "bronze", "comment": "raw tables"})
    changed = client.diff(URN, id, (before, outputs), after)
    assert (list(changed.diffs), list(changed.replaces)) == (["comment"], [])
    outputs = client.update(URN, id, (before, outputs), after)
    assert schemas.get(id).comment == "raw tables"

    schemas.update(id, comment="by hand")
    seen = client.read(URN, id, (after, outputs))
    assert from_struct(seen.inputs)["comment"] == "by hand"

    client.delete(URN, id, (after, outputs))
    assert [schema.full_name for schema in schemas.list("main") if schema.name == "bronze"] == []
    assert client.read(URN, id, (after, outputs)).id == ""


def test_a_move_to_another_catalog_replaces(client: Client, workspace: LiveWorkspace) -> None:
    workspace.client().catalogs.create("moving")
    old = checked(client, URN, {"catalogName": "moving", "name": "silver"})
    id, outputs = client.create(URN, old)

    answer = client.diff(URN, id, (old, outputs), checked(client, URN, {"catalogName": "other", "name": "silver"}))

    assert "catalogName" in answer.replaces
    assert answer.detailedDiff["catalogName"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_an_existing_resource_is_imported(client: Client, workspace: LiveWorkspace) -> None:
    """Read without a state answers inputs that a program could have written."""
    workspace.client().catalogs.create("existing")
    workspace.client().schemas.create("gold", "existing", comment="served")

    seen = client.read(URN.replace("bronze", "gold"), "existing.gold")

    assert from_struct(seen.inputs)["comment"] == "served"


def test_what_is_secret_leaves_only_as_a_secret(client: Client) -> None:
    scope, urn = (f"urn:pulumi:dev::shop::databricks:index/{kind}::x" for kind in ("secretScope:SecretScope", "secret:Secret"))
    client.create(scope, checked(client, scope, {"name": "keys"}))

    _, outputs = client.create(urn, checked(client, urn, {"scope": "keys", "key": "a", "stringValue": Secret("s3cr3t")}))

    assert outputs["stringValue"] == Secret("s3cr3t")


def test_the_platforms_refusal_reaches_the_user(client: Client) -> None:
    inputs = checked(client, URN, {"catalogName": "nowhere", "name": "x"})

    with pytest.raises(grpc.RpcError, match="nowhere"):
        client.create(URN, inputs)


def test_wrong_provider_inputs_are_told(client: Client) -> None:
    from infra.engine.rpc.wire import to_struct

    request = provider_pb2.CheckRequest(
        **about("urn:pulumi:dev::shop::pulumi:providers:databricks::ws"), news=to_struct({"profile": "DEFAULT"})
    )

    failures = client.stub.CheckConfig(request).failures

    assert [failure.property for failure in failures] == ["profile", "host"]


def test_its_version_is_that_of_the_official_package(client: Client) -> None:
    from importlib.metadata import version

    assert client.stub.GetPluginInfo(empty_pb2.Empty()).version == version("pulumi-databricks")


def test_a_package_that_nobody_serves_is_named() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "infra.providers.plugin", "aws"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (process.returncode, process.stdout) == (1, "")
    assert "'aws'" in process.stderr
    assert "databricks" in process.stderr


def test_it_ends_at_once_when_the_cli_needs_it_no_longer() -> None:
    """By SIGINT: the CLI would wait five seconds for each plugin otherwise."""
    with started() as process:
        port_of(process)
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=4) == 0
