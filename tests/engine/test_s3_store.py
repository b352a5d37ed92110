"""State in a bucket: the same layout, locks and journal as in a folder. Against moto's server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from infra.engine.backend import Backend
from infra.engine.errors import BackendError, LockedError
from infra.engine.s3_store import S3Log, S3Store
from tests.engine.bench import Bench
from tests.engine.operators import meet
from tests.engine.yard import Yard, check


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """An empty bucket, and credentials that only this server takes."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    name = f"b{abs(hash(request.node.name))}"
    made = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").Bucket(name)
    made.create()
    return made


@pytest.fixture
def url(server: str, bucket: Any) -> str:
    return f"s3://{bucket.name}/team/a?region=us-east-1&endpoint={server}&s3ForcePathStyle=true"


def keys(bucket: Any) -> list[str]:
    return sorted(entry.key.removeprefix("team/a/.pulumi/") for entry in bucket.objects.all())


def test_objects_are_written_whole_and_on_condition(url: str) -> None:
    """What is there is not made again; what was removed does not come back by being renewed."""
    store = S3Store(url)

    assert store.read("x/a") is None
    assert (store.create("x/a", "1"), store.create("x/a", "2"), store.read("x/a")) == (True, False, "1")
    assert (store.renew("x/a", "3"), store.read("x/a"), S3Store(url).renew("x/a", "4")) == (True, "3", False)
    store.write("x/a", "5", keep_previous=True)
    assert (store.names("x"), store.read("x/a.bak")) == (["a", "a.bak"], "3")
    assert (store.renew("x/a", "6"), store.read("x/a")) == (False, "5")
    store.delete("x/a")
    store.delete("x/a")
    assert not store.renew("x/a", "7")
    assert store.names("x") == ["a.bak"]


def test_a_stack_lives_in_a_bucket(bucket: Any, url: str, tmp_path: Path) -> None:
    """Under the keys that the CLI looks for."""
    bench = Bench(tmp_path)
    assert bench.up('Thing("a")', backend=url).changes == {"create": 2}
    assert bench.preview(backend=url).changes == {"same": 2}
    assert bench.up('Thing("b")', backend=url).changes == {"create": 1, "delete": 1, "same": 1}

    names = [key for key in keys(bucket) if not key.startswith(("history/", "backups/"))]
    assert names == ["meta.yaml", "stacks/bench/dev.json", "stacks/bench/dev.json.bak"]
    assert len([key for key in keys(bucket) if key.startswith("history/bench/dev/")]) == 4
    assert [entry["version"] for entry in Backend(S3Store(url), "bench", "dev").history()] == [2, 1]


def test_a_killed_update_is_taken_up_again(bucket: Any, url: str, tmp_path: Path) -> None:
    """Its journal lies in segments; its lock stays until they are folded."""
    yard = Yard(tmp_path)
    yard.backend = Backend(S3Store(url), "p", "s")  # type: ignore[assignment]
    left = [40]

    def trap(place: str, moment: str) -> bool:
        left[0] -= (place, moment) == ("call", "after")
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    assert yard.up(2, trap) == -signal.SIGKILL
    (lock,) = [key for key in keys(bucket) if key.startswith("locks/")]
    assert {"pid", "username", "hostname", "timestamp"} <= json.loads(yard.backend.store.read(lock) or "").keys()
    assert len([key for key in keys(bucket) if key.startswith("journals/p/s/")]) > 1

    assert yard.up(2) == 0, yard.error
    assert [key for key in keys(bucket) if key.startswith(("locks/", "journals/"))] == []
    check(yard)


def test_two_operators_of_one_bucket(url: str) -> None:
    """The second is refused with the first one's name; a second writer of a journal is found out."""
    first, second = (Backend(S3Store(url), "p", "s") for _ in range(2))
    with first.locked(), pytest.raises(LockedError, match=f"pid {os.getpid()}"), second.locked():
        pytest.fail("two have the lock")
    S3Log(S3Store(url), "journals/p/s").append(b"1", durable=True)
    with pytest.raises(BackendError, match="somebody else writes this journal"):
        S3Log(S3Store(url), "journals/p/s").append(b"2", durable=True)


def test_one_operator_waits_for_another(url: str, tmp_path: Path) -> None:
    """Or is refused with his name."""
    yard = Yard(tmp_path)
    yard.backend = Backend(S3Store(url), "p", "s")  # type: ignore[assignment]
    assert yard.up(1) == 0, yard.error
    meet(yard)


@pytest.mark.parametrize("wrong", ["s3://", "s3://b?regoin=x"])
def test_a_url_that_says_nothing_is_refused(wrong: str) -> None:
    """With what would be right."""
    with pytest.raises(BackendError, match="options are awssdk, disableSSL, endpoint"):
        S3Store(wrong)


def test_a_bucket_that_is_not_there_is_named(server: str, bucket: Any) -> None:
    """With the object that was asked for."""
    store = S3Store(f"s3://nowhere?region=us-east-1&endpoint={server}&s3ForcePathStyle=true")
    with pytest.raises(BackendError, match=r"cannot write s3://nowhere/\.pulumi/meta\.yaml: .*NoSuchBucket"):
        store.write("meta.yaml", "version: 1\n")
