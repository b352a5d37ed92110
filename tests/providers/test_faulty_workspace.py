"""The engine on a workspace that misbehaves: whatever happens to a create, a second run leaves everything there once.

The program is a function that registers resources (`forked`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.engine.registration import Registrar
from infra.engine.resource import Goal
from infra.engine.values import Properties
from tests.emulator.conftest import LiveWorkspace, serve
from tests.providers import forked

CATALOG = "/api/2.1/unity-catalog"
#: For each type where its create goes, and where and under what its objects are listed.
CREATES = {
    "catalog": f"{CATALOG}/catalogs",
    "schema": f"{CATALOG}/schemas",
    "sqlEndpoint": "/api/2.0/sql/warehouses",
    "group": "/api/2.0/preview/scim/v2/Groups",
    "job": "/api/2.2/jobs/create",
    "secretScope": "/api/2.0/secrets/scopes/create",
}
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": "status", "status": 429, "retry_after": 0},
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503, "retry_after": 0},
    "lost": {"kind": "drop_before"},
    "unanswered": {"kind": "drop_after"},
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWorkspace]:
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        yield live


@pytest.fixture
def control(live: LiveWorkspace) -> Iterator[httpx.Client]:
    """Plain HTTP as the admin; faults are cleared afterwards."""
    with httpx.Client(base_url=live.host, headers={"authorization": f"Bearer {live.token}"}) as client:
        yield client
        client.delete("/api/lakestead/control/faults").raise_for_status()


def goals(name: str) -> list[tuple[str, Properties]]:
    warehouse = {"name": name, "clusterSize": "2X-Small", "warehouseType": "PRO", "enableServerlessCompute": True}
    return [
        ("catalog", {"name": name}),
        ("group", {"displayName": name}),
        ("job", {"name": name}),
        ("schema", {"catalogName": name, "name": name}),
        ("secretScope", {"name": name}),
        ("sqlEndpoint", warehouse),
    ]


def up(folder: Path, live: LiveWorkspace, wanted: list[tuple[str, Properties]]) -> int:
    """Register what is wanted, one after the other, in a process of its own; answers its exit code."""

    def register(registrar: Registrar, provider: str) -> None:
        for kind, inputs in wanted:
            registrar.register(Goal(type=forked.token(kind), name=kind, custom=True, properties=inputs, provider=provider))

    return forked.run("up", folder, live, register)


def listed(control: httpx.Client, name: str) -> dict[str, list[str]]:
    """Ids of what the workspace has of this name, by type."""

    def found(path: str, key: str, id: str, named: str = "name") -> list[str]:
        entries = control.get(path).raise_for_status().json().get(key, [])
        return [str(entry[id]) for entry in entries if entry.get(named) == name]

    jobs = control.get("/api/2.2/jobs/list").raise_for_status().json().get("jobs", [])
    return {
        "catalog": found(f"{CATALOG}/catalogs", "catalogs", "name"),
        "group": found("/api/2.0/preview/scim/v2/Groups", "Resources", "id", "displayName"),
        "job": [str(job["job_id"]) for job in jobs if job["settings"]["name"] == name],
        "schema": found(f"{CATALOG}/schemas?catalog_name={name}", "schemas", "full_name"),
        "secretScope": found("/api/2.0/secrets/scopes/list", "scopes", "name"),
        "sqlEndpoint": found("/api/2.0/sql/warehouses", "warehouses", "id"),
    }


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("kind", list(CREATES))
def test_whatever_befalls_a_create_it_is_there_once(
    live: LiveWorkspace, control: httpx.Client, tmp_path: Path, kind: str, fault: str
) -> None:
    """And the state has its id; at most one more run is needed."""
    name = f"{kind}-{fault}".lower()
    strike = {**FAULTS[fault], "method": "POST", "path": CREATES[kind], "times": 1}
    control.post("/api/lakestead/control/faults", json=strike).raise_for_status()

    runs = [up(tmp_path, live, goals(name)) for _ in range(2)]

    assert runs[1] == 0, forked.said(tmp_path)
    assert control.get("/api/lakestead/control/faults").json()["faults"][0]["hits"] == 1
    checkpoint = forked.backend(tmp_path).load("x")
    known = {item.name: [item.id] for item in checkpoint.resources if item.type.startswith("databricks:")}
    assert listed(control, name) == known
    assert checkpoint.pending == ()
    assert runs[0] == (1 if kind == "job" and fault != "429" else 0)
