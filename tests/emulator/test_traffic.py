"""Faults, counters and the clock, set through the control API as a test of another process would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.emulator.errors import InvalidParameter
from infra.emulator.traffic import Fault
from tests.emulator.conftest import LiveWorkspace

CATALOGS = "/api/2.1/unity-catalog/catalogs"


@pytest.fixture
def client(workspace: LiveWorkspace) -> Iterator[httpx.Client]:
    """Plain HTTP as the admin; faults are cleared afterwards."""
    with httpx.Client(base_url=workspace.host, headers={"authorization": f"Bearer {workspace.token}"}) as made:
        yield made
        made.delete("/api/lakestead/control/faults").raise_for_status()


def _inject(client: httpx.Client, **fault: Any) -> dict[str, Any]:
    answer = client.post("/api/lakestead/control/faults", json=fault)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body


def test_a_429_says_when_to_come_back_and_ends_after_its_times(client: httpx.Client) -> None:
    """Two requests are hit, the third is served."""
    _inject(client, kind="status", status=429, retry_after=2, path=f"{CATALOGS}*", times=2)
    answers = [client.get(CATALOGS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "2"
    assert answers[0].json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"


def test_a_connection_dropped_before_the_write_leaves_nothing(client: httpx.Client) -> None:
    """The client sees a broken connection, the workspace saw nothing."""
    _inject(client, kind="drop_before", method="POST", path=CATALOGS, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CATALOGS, json={"name": "never"})
    assert client.get(f"{CATALOGS}/never").status_code == 404


def test_a_connection_dropped_after_the_write_leaves_the_object(client: httpx.Client) -> None:
    """The client cannot know that its request has landed."""
    _inject(client, kind="drop_after", method="POST", path=CATALOGS, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(CATALOGS, json={"name": "landed"})
    assert client.get(f"{CATALOGS}/landed").status_code == 200


def test_skip_spares_the_first_matching_requests(client: httpx.Client) -> None:
    """The third request of the pattern fails, and only it."""
    fault = _inject(client, kind="status", status=500, path=CATALOGS, skip=2, times=1)
    assert [client.get(CATALOGS).status_code for _ in range(4)] == [200, 200, 500, 200]
    assert client.get("/api/lakestead/control/faults").json()["faults"] == [{**fault, "skip": 0, "hits": 1}]


def test_latency_delays_the_answer(client: httpx.Client) -> None:
    """As slow as asked, at least."""
    _inject(client, kind="latency", milliseconds=30, path=CATALOGS)
    started = time.perf_counter()
    assert client.get(CATALOGS).status_code == 200
    assert time.perf_counter() - started >= 0.03


def test_a_rate_limit_admits_its_rate(client: httpx.Client) -> None:
    """A burst of one second's worth passes, the next requests are 429."""
    _inject(client, kind="rate", per_second=5, retry_after=1)
    statuses = [client.get(CATALOGS).status_code for _ in range(10)]
    assert statuses[:5] == [200] * 5
    assert statuses.count(429) >= 4


def test_a_stale_read_knows_nothing_of_the_last_writes(client: httpx.Client) -> None:
    """A new object is not there yet, a changed one is as it was; the next read is fresh."""
    client.post(CATALOGS, json={"name": "young"})
    _inject(client, kind="stale", path=f"{CATALOGS}/*", times=1)
    assert [client.get(f"{CATALOGS}/young").status_code for _ in range(2)] == [404, 200]
    _inject(client, kind="stale", path=f"{CATALOGS}/*", times=1)
    client.patch(f"{CATALOGS}/young", json={"comment": "new"})
    assert [client.get(f"{CATALOGS}/young").json().get("comment") for _ in range(2)] == [None, "new"]


def test_a_rate_limit_refills_with_time() -> None:
    """Half a second later, half the rate is admitted again."""
    fault = Fault(kind="rate", per_second=10)
    assert [fault.strikes("GET", "/api/x", 100.0) for _ in range(11)] == [False] * 10 + [True]
    assert [fault.strikes("GET", "/api/x", 100.5) for _ in range(6)] == [False] * 5 + [True]


def test_an_unknown_field_of_a_fault_is_refused_by_name() -> None:
    """A typo must not make a test pass for want of a fault."""
    with pytest.raises(InvalidParameter, match="unknown field 'delay' of a fault"):
        Fault.of({"kind": "latency", "delay": 3})
    with pytest.raises(InvalidParameter, match="kind must be one of"):
        Fault.of({"kind": "fire"})


def test_counters_count_calls_and_writes_by_endpoint(client: httpx.Client) -> None:
    """Per method and path template; the control API itself is not counted."""
    client.delete("/api/lakestead/control/counters").raise_for_status()
    client.post(CATALOGS, json={"name": "counted"})
    client.get(f"{CATALOGS}/counted")
    client.get(f"{CATALOGS}/missing")
    body = client.get("/api/lakestead/control/counters").json()
    assert (body["total_calls"], body["total_writes"]) == (3, 1)
    assert body["calls"] == {f"POST {CATALOGS}": 1, f"GET {CATALOGS}/{{name}}": 2}


def test_the_clock_moves_and_with_it_the_times_of_objects(client: httpx.Client) -> None:
    """An hour ahead, objects are made an hour ahead."""
    now = client.put("/api/lakestead/control/clock", json={"advance": 3600}).json()["now"]
    assert client.post(CATALOGS, json={"name": "later"}).json()["created_at"] >= now
    assert client.put("/api/lakestead/control/clock", json={"offset": 0}).json()["offset"] == 0


def test_the_control_api_is_for_admins(workspace: LiveWorkspace) -> None:
    """A service principal cannot break the workspace."""
    admin = workspace.client()
    principal = admin.service_principals.create(display_name="guest")
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    answer = httpx.get(f"{workspace.host}/api/lakestead/control/faults", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")
