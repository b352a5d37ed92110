"""What the official provider sent for each resource type, and what Databricks' own fake workspace answered, against ours.

The calls are those of `../shared/data/provider-wire/calls.jsonl`; the tests skip where that folder is missing. Of answers
marked `guessed` only the requests are used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from databricks.sdk import WorkspaceClient

from infra.emulator import auth
from infra.emulator.app import FAMILIES
from infra.emulator.identity import directory
from infra.emulator.routing import Router
from tests.emulator.conftest import LiveWorkspace, serve

Exchange = tuple[dict[str, Any], httpx.Response]

CALLS = Path(__file__).parents[3] / "shared" / "data" / "provider-wire" / "calls.jsonl"
TESTER = "tester@databricks.com"
#: Jobs have tests of their own.
NOT_OURS = ("/api/2.2/jobs",)

#: Fields whose values differ from workspace to workspace or from moment to moment.
VOLATILE = {
    *("created_at", "updated_at", "id", "object_id", "schema_id", "volume_id", "metastore_id", "workspace_id"),
    *("create_time", "update_time", "revision_create_time", "last_modified", "head_commit_id"),
    *("storage_location", "inherited_from_name", "oidc_endpoint", "default_catalog_name"),
    "state",  # of a warehouse: the fake's are RUNNING at once
}
#: What a create's answer may call the id of what it made, and under what it may stand.
IDS = (
    *("id", "applicationId", "budget_configuration_id", "policy_id", "list_id", "instance_pool_id", "cluster_id"),
    *("pipeline_id", "dashboard_id", "experiment_id"),
)
ENVELOPES = ("budget", "ip_access_list")
#: Where the recorded answer is not the real workspace's, or not ours for a reason.
ANSWERS_LEFT_OUT = {
    "/api/2.0/preview/sql/data_sources": "the fake has a data source of its own",
    "/api/2.0/permissions/sql/warehouses": "the fake leaves out what admins inherit",
    "/api/2.0/mlflow/experiments/get": "the fake names an owner of its own, twice",
}
TAGS = "/api/2.1/unity-catalog/entity-tag-assignments"
#: The recording destroys resources in an order of its own, some after what they belong to, and looks whether one is gone.
REFUSED = {
    "destroy POST /api/2.0/workspace/delete": "DIRECTORY_NOT_EMPTY",
    "destroy POST /api/2.0/secrets/acls/delete": "RESOURCE_DOES_NOT_EXIST",
    "destroy GET /api/2.0/pipelines/7a0eed7f-d5db-3712-7a0e-ed7fd5db3786?": "RESOURCE_DOES_NOT_EXIST",
    "destroy GET /api/2.0/vector-search/indexes/c.s.i?": "RESOURCE_DOES_NOT_EXIST",
    # The recording makes a tag before its schema, and its workspace forgot tags and policies: they were made again.
    f"create POST {TAGS}": "SCHEMA_DOES_NOT_EXIST",
    f"refresh GET {TAGS}/schemas/streaming_prod.bronze/tags/pii?": "RESOURCE_DOES_NOT_EXIST",
    "update POST /api/2.1/unity-catalog/policies": "POLICY_ALREADY_EXISTS",
    f"destroy DELETE {TAGS}/schemas/streaming_prod.bronze/tags/pii?": "SCHEMA_DOES_NOT_EXIST",
    "destroy DELETE /api/2.1/unity-catalog/policies/CATALOG/streaming_prod/mask_pii?": "CATALOG_DOES_NOT_EXIST",
}


@pytest.fixture(scope="module")
def exchanges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Exchange]]:
    """Each call that this workspace has an endpoint for, with our answer, in the order they were recorded."""
    if not CALLS.exists():
        pytest.skip(f"{CALLS} is not there")
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        yield list(_replay(live))


def _replay(live: LiveWorkspace) -> Iterator[Exchange]:
    router = Router([route for family in FAMILIES for route in family.routes])
    known = {"120efa64-9b68-46ba-be38-f319458430d2": live.inside.metastore_id, "900800700600": str(live.inside.id)}
    with httpx.Client(base_url=live.host, headers={"authorization": f"Bearer {_tester(live)}"}) as client:
        for call in (json.loads(line) for line in CALLS.read_text().splitlines()):
            path = urlsplit(call["path"]).path
            if router.match(call["method"], path) is None or path.startswith(NOT_OURS):
                continue
            answer = _send(client, call, known)
            _learn(call, answer, known)
            yield call | {"response": json.loads(_translated(json.dumps(call["response"]), known))}, answer


def _tester(live: LiveWorkspace) -> str:
    """The recording's user as an admin here, and what it took for granted: a group, a service principal, a table; the user's
    token."""
    admin: WorkspaceClient = live.client()
    admins = next(iter(admin.groups.list(filter='displayName eq "admins"')))
    user = admin.users.create(user_name=TESTER)
    operation = {"op": "add", "path": "members", "value": [{"value": user.id}]}
    admin.api_client.do("PATCH", f"/api/2.0/preview/scim/v2/Groups/{admins.id}", body={"Operations": [operation]})
    admin.groups.create(display_name="owners")
    directory.put(live.inside, "service_principal", {"id": "1234", "applicationId": "a1234", "active": True})
    admin.catalogs.create("c")
    admin.schemas.create("s", "c")
    warehouse = admin.warehouses.create(name="tables", cluster_size="2X-Small", max_num_clusters=1, auto_stop_mins=10).result()
    admin.statement_execution.execute_statement("create table c.s.t (n int)", str(warehouse.id), wait_timeout="50s")
    return auth.issue_token(live.inside, str(user.id))[0]


def _send(client: httpx.Client, call: dict[str, Any], known: dict[str, str]) -> httpx.Response:
    path, request = call["path"], call["request"]
    if isinstance(request, str):
        boundary = request.splitlines()[0].removeprefix("--")
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return client.request(call["method"], path, content=request.encode(), headers=headers)
    text = "" if request is None else json.dumps(request)
    return client.request(call["method"], _translated(path, known), content=_translated(text, known))


def _translated(text: str, known: dict[str, str]) -> str:
    """With our ids in the places of the recording's."""
    ids = "|".join(re.escape(recorded) for recorded in sorted(known, key=len, reverse=True))
    return re.sub(rf"(?<![0-9A-Za-z])(?:{ids})(?![0-9A-Za-z])", lambda match: known[match[0]], text)


def _learn(call: dict[str, Any], answer: httpx.Response, known: dict[str, str]) -> None:
    """Remember what our ids are for those of the recording."""
    recorded, ours = call["response"], answer.json() if answer.content else None
    if call["method"] != "POST" or not isinstance(recorded, dict) or not isinstance(ours, dict):
        return
    for inner in ENVELOPES:
        if inner in recorded and inner in ours:
            recorded, ours = recorded[inner], ours[inner]
    known |= {
        str(recorded[field]): str(ours[field])
        for field in IDS
        if field in recorded and field in ours and len(str(recorded[field])) > 3
    }


def test_every_request_of_the_official_provider_is_accepted(exchanges: list[Exchange]) -> None:
    """No request that the provider made is refused, but for deletes out of order."""
    refused = {
        f"{call['phase']} {call['method']} {call['path']}": answer.json()["error_code"]
        for call, answer in exchanges
        if not answer.is_success
    }
    assert refused == REFUSED


def test_recorded_answers_are_contained_in_ours(exchanges: list[Exchange]) -> None:
    """Each field of an answer of Databricks' own fake workspace is in ours, with the same value unless it is volatile."""
    compared, differences = 0, []
    for call, answer in exchanges:
        if call["answer"] != "recorded" or any(call["path"].startswith(path) for path in ANSWERS_LEFT_OUT):
            continue
        compared += 1
        ours = answer.json() if answer.content else {}
        differences += [
            f"{call['phase']} {call['method']} {call['path']}: {difference}"
            for difference in _missing(call["response"] or {}, ours, "")
        ]
    assert differences == []
    assert compared > 100


def _missing(recorded: Any, ours: Any, where: str) -> list[str]:
    """What of `recorded` is not in `ours`."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        lacking = [f"{where}.{name} is missing" for name in recorded if name not in ours]
        inside = (
            _missing(recorded[name], ours[name], f"{where}.{name}")
            for name in recorded
            if name in ours and name not in VOLATILE
        )
        return lacking + [each for found in inside for each in found]
    if recorded == ours:
        return []
    return [f"{where} is {ours!r}, recorded {recorded!r}"]
