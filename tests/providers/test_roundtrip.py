"""Every type against the emulated workspace: create, read, update, replace or not, delete, import."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.engine.ports import Finder, Provider, ProviderError, Subject
from infra.engine.values import Properties, Secret, reveal
from infra.providers.databricks import plugin
from infra.providers.databricks.client import Client
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.registry import RESOURCES
from tests.emulator.conftest import serve
from tests.providers.account_cases import (
    ACCOUNT_CASES,
    ACCOUNT_UNTOLD,
    ALWAYS_THERE,
    IMPORTED_BY,
    MADE_AT,
    UNFINDABLE,
    UNREADABLE,
)
from tests.providers.content_cases import CONTENT_CASES, CONTENT_DATED
from tests.providers.recording import ACCOUNT
from tests.providers.scripted import subject
from tests.providers.unity_cases import ROLE, UNITY_CASES, UNITY_DATED, UNITY_IMPORTED_BY, UNITY_STAYS, UNITY_UNTOLD, WATCHED


@dataclass(frozen=True)
class Place:
    """A provider on a workspace in which the other objects are that a case needs, by name."""

    provider: Provider
    host: str
    token: str
    ids: dict[str, str]

    def made(self, kind: str, inputs: Properties) -> tuple[Subject, str, Properties, Properties]:
        """A resource's subject, id, checked inputs and outputs."""
        here = subject(kind)
        checked = self.provider.check(here, None, inputs)
        assert checked.failures == ()
        created = self.provider.create(here, checked.inputs, preview=False)
        return here, created.id, checked.inputs, created.outputs


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with serve(tmp_path_factory.mktemp("workspace")) as live:
        provider = plugin.configure({"host": live.host, "accountId": ACCOUNT, "token": Secret(live.token)})
        place = Place(provider, live.host, live.token, {"workspace": str(live.inside.id)})
        place.made("Catalog", {"name": "main"})
        place.made("Schema", {"catalogName": "main", "name": "here"})
        place.made("Volume", {"catalogName": "main", "schemaName": "here", "name": "files", "volumeType": "MANAGED"})
        place.made("SecretScope", {"name": "here"})
        place.ids["group"] = place.made("Group", {"displayName": "analysts"})[1]
        _, place.ids["principal"], _, principal = place.made("ServicePrincipal", {"displayName": "runner"})
        place.ids["application"] = principal["applicationId"]
        warehouse = {"name": "here", "clusterSize": "2X-Small", "warehouseType": "PRO", "enableServerlessCompute": False}
        place.ids["warehouse"] = place.made("SqlEndpoint", warehouse)[1]
        place.made("StorageCredential", {"name": "lake", "awsIamRole": {"roleArn": ROLE}})
        place.ids["workspace"] = str(live.inside.id)
        body = {"warehouse_id": place.ids["warehouse"], "statement": WATCHED, "wait_timeout": "50s"}
        Client(Credentials(host=live.host, token=live.token)).call("POST", "/api/2.0/sql/statements", body=body)
        place.ids["job"] = place.made("Job", {"name": "here"})[1]
        query = {"displayName": "here", "queryText": "select 1 as n", "warehouseId": place.ids["warehouse"]}
        place.ids["query"] = place.made("Query", query)[1]
        endpoint = {"name": "here", "endpointType": "STANDARD"}
        place.ids["vector_search"] = place.made("VectorSearchEndpoint", endpoint)[1]
        yield place
        provider.close()


def job(ids: dict[str, str]) -> Properties:
    dbt = {"commands": ["dbt deps", "dbt seed"], "projectDirectory": "/Shared/dbt", "warehouseId": ids["warehouse"]}
    return {
        "name": "dbt",
        "tags": {"domain": "streaming"},
        "runAs": {"servicePrincipalName": ids["application"]},
        "environments": [{"environmentKey": "dbt", "spec": {"environmentVersion": "2", "dependencies": ["dbt-databricks"]}}],
        "parameters": [{"name": "target", "default": "prod"}],
        "schedule": {"quartzCronExpression": "0 0 6 * * ?", "timezoneId": "UTC", "pauseStatus": "PAUSED"},
        "emailNotifications": {"onFailures": ["alerts@example.com"]},
        "tasks": [
            {"taskKey": "seed", "environmentKey": "dbt", "dbtTask": dbt | {"source": "WORKSPACE"}},
            {"taskKey": "bronze", "environmentKey": "dbt", "dbtTask": dbt, "dependsOns": [{"taskKey": "seed"}]},
        ],
    }


Make = Callable[[dict[str, str]], Properties]

#: For each type inputs, and what a second program changes in place.
CASES: dict[str, tuple[Make, Properties]] = {
    "Catalog": (
        lambda _: {"name": "c", "comment": "x", "isolationMode": "ISOLATED", "properties": {"a": "1"}, "owner": "analysts"},
        {"comment": "y"},
    ),
    "Schema": (lambda _: {"catalogName": "main", "name": "s", "comment": "x", "owner": "analysts"}, {"properties": {"a": "1"}}),
    "Volume": (
        lambda _: {"catalogName": "main", "schemaName": "here", "name": "v", "volumeType": "MANAGED"},
        {"comment": "x"},
    ),
    "SqlEndpoint": (
        lambda _: {
            "name": "w",
            "clusterSize": "Small",
            "autoStopMins": 10.0,
            "channel": {"name": "CHANNEL_NAME_PREVIEW"},
            "tags": {"customTags": [{"key": "team", "value": "streaming"}]},
        },
        {"clusterSize": "Medium", "maxNumClusters": 2},
    ),
    "ServicePrincipal": (lambda _: {"displayName": "sp", "workspaceAccess": True}, {"displayName": "sp2"}),
    "Group": (lambda _: {"displayName": "g"}, {"databricksSqlAccess": True}),
    "User": (lambda _: {"userName": "a@example.com"}, {"displayName": "A"}),
    "GroupMember": (lambda ids: {"groupId": ids["group"], "memberId": ids["principal"]}, {}),
    "Entitlements": (lambda ids: {"groupId": ids["group"], "workspaceAccess": True}, {"databricksSqlAccess": True}),
    "Grant": (
        lambda _: {"catalog": "main", "principal": "analysts", "privileges": ["USE_CATALOG", "SELECT"]},
        {"privileges": ["USE_CATALOG"]},
    ),
    "Grants": (
        lambda ids: {
            "schema": "main.here",
            "grants": [
                {"principal": ids["application"], "privileges": ["USE_SCHEMA", "CREATE_TABLE"]},
                {"principal": "analysts", "privileges": ["SELECT"]},
            ],
        },
        {"grants": [{"principal": "analysts", "privileges": ["USE_SCHEMA", "SELECT"]}]},
    ),
    "SecretScope": (lambda _: {"name": "dbt"}, {}),
    "Secret": (lambda _: {"scope": "here", "key": "token", "stringValue": Secret("s3cr3t")}, {}),
    "SecretAcl": (lambda _: {"scope": "here", "principal": "analysts", "permission": "READ"}, {}),
    "Directory": (lambda _: {"path": "/Shared/d"}, {"deleteRecursive": True}),
    "WorkspaceFile": (
        lambda _: {"path": "/Shared/new/f.sql", "contentBase64": "c2VsZWN0IDE="},
        {"contentBase64": "c2VsZWN0IDI="},
    ),
    "Permissions": (
        lambda ids: {
            "sqlEndpointId": ids["warehouse"],
            "accessControls": [
                {"servicePrincipalName": ids["application"], "permissionLevel": "CAN_USE"},
                {"groupName": "analysts", "permissionLevel": "CAN_USE"},
            ],
        },
        {"accessControls": [{"groupName": "analysts", "permissionLevel": "CAN_MANAGE"}]},
    ),
    "Job": (job, {"maxConcurrentRuns": 2, "description": "x", "queue": {"enabled": True}}),
    **ACCOUNT_CASES,
    **CONTENT_CASES,
    **UNITY_CASES,
}
#: What is left of a resource when it is deleted: a principal has entitlements, if none at all.
STAYS = {"Entitlements", *ALWAYS_THERE, *UNITY_STAYS}

#: Types of which no answer tells something that a program has to give.
UNTOLD = {
    *("Secret", "WorkspaceFile", "Notebook", "File", *ACCOUNT_UNTOLD, "GitCredential"),
    *UNITY_UNTOLD,
}
#: Types whose objects say when they were made.
DATED = {"Catalog", "Schema", "Volume", "Job", *MADE_AT, *UNITY_DATED, *CONTENT_DATED}

#: Types whose changed property no answer tells: what a file or a secret holds, and how the provider itself deletes.
UNSEEN = {"WorkspaceFile", "Notebook", "File", "Directory", "SecretUc", "GitCredential"}
#: What stays different though an update was sent, as with the official provider: the request cannot say it is gone.
UNSAID = {"Recipient": {"ipAccessList"}}

kinds = pytest.mark.parametrize("kind", list(CASES))


def test_every_type_has_a_case() -> None:
    """So that a new one is not forgotten."""
    assert set(CASES) == {token.rsplit(":", 1)[1] for token in RESOURCES}


@kinds
def test_a_resource_lives_through_create_read_update_and_delete(place: Place, kind: str) -> None:
    """What is read is what was stored; a second run finds nothing to do; what is deleted is gone."""
    make, change = CASES[kind]
    here, id, inputs, outputs = place.made(kind, make(place.ids))
    _assert_settled(place, here, id, inputs, outputs)
    if change:
        checked = place.provider.check(here, inputs, make(place.ids) | change)
        diff = place.provider.diff(here, id, inputs, outputs, checked.inputs)
        assert (diff.keys, diff.replaces) == (tuple(sorted(change)), ())
        outputs = place.provider.update(here, id, inputs, outputs, checked.inputs, preview=False)
        inputs = checked.inputs
        _assert_settled(place, here, id, inputs, outputs)
    place.provider.delete(here, id, inputs, outputs)
    if kind not in STAYS:
        assert place.provider.read(here, id, inputs, outputs) is None
    place.provider.delete(here, id, inputs, outputs)


def _assert_settled(place: Place, here: Subject, id: str, inputs: Properties, outputs: Properties) -> None:
    diff = place.provider.diff(here, id, inputs, outputs, inputs)
    assert (diff.changes, diff.detailed) == (False, {})
    found = place.provider.read(here, id, inputs, outputs)
    assert found is not None
    assert _lists(found.outputs) == _lists(outputs)
    assert found.id == id
    again = place.provider.diff(here, id, found.inputs, found.outputs, inputs)
    assert (again.changes, again.detailed) == (False, {})
    assert reveal(found.inputs) == reveal(_bare(inputs)) | ({"md5": outputs["md5"]} if "md5" in inputs else {})


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key != "__defaults"}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _lists(value: Any) -> Any:
    """Outputs without the delta, and with null for empty lists: which of the two it is, a first refresh decides."""
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items() if key != "__pulumi_raw_state_delta"}
    return [_lists(item) for item in value] or None if isinstance(value, list) else value


@kinds
def test_a_resource_can_be_imported(place: Place, kind: str) -> None:
    """By its id alone; a program with the imported inputs changes nothing."""
    here, id, inputs, outputs = place.made(kind, CASES[kind][0](place.ids))
    try:
        imported_by = IMPORTED_BY | UNITY_IMPORTED_BY
        found = place.provider.read(here, imported_by[kind](inputs) if kind in imported_by else id, {}, {})
        if kind in UNREADABLE:
            return  # told once, when they are made: an import finds nothing that a program could go on with
        assert found is not None
        assert found.id == id
        if kind in UNTOLD:
            return  # their content cannot be read back: a program has to give it
        checked = place.provider.check(here, found.inputs, found.inputs)
        assert checked.failures == ()
        diff = place.provider.diff(here, id, found.inputs, found.outputs, checked.inputs)
        assert (diff.changes, diff.detailed) == (False, {})
    finally:
        place.provider.delete(here, id, inputs, outputs)


@pytest.mark.parametrize("kind", [kind for kind in CASES if kind not in UNFINDABLE])
def test_what_a_create_has_made_is_found_without_its_id(place: Place, kind: str) -> None:
    """By its natural key; what was there before the create began, and says so, is not meant."""
    if kind == "Job":
        place.made(kind, CASES[kind][0](place.ids) | {"name": "another"})
    before = time.time()
    here = subject(kind)
    checked = place.provider.check(here, None, CASES[kind][0](place.ids)).inputs
    assert isinstance(place.provider, Finder)
    missing = None if kind in {*STAYS, "Permissions"} else place.provider.find(here, checked, before)
    here, id, inputs, outputs = place.made(kind, CASES[kind][0](place.ids))
    try:
        found = place.provider.find(here, inputs, before)
        later = place.provider.find(here, inputs, before + 3600)
        assert (missing, found and found.id) == (None, id)
        assert (later is None) == (kind in DATED)
    finally:
        place.provider.delete(here, id, inputs, outputs)


@pytest.mark.parametrize("kind", [kind for kind, (_, change) in CASES.items() if change.keys() - {"name"}])
def test_what_somebody_else_changed_is_found_and_mended(place: Place, kind: str) -> None:
    """The same change as a program's, made behind the state's back: a refresh sees it, the next update undoes what is said.

    What the program does not say is the workspace's to fill in, and no difference.
    """
    make, change = CASES[kind]
    change = {name: value for name, value in change.items() if name != "name"}  # under another name it would be another one
    here, id, inputs, outputs = place.made(kind, make(place.ids))
    other = place.provider.check(here, inputs, make(place.ids) | change).inputs
    changed = place.provider.update(here, id, inputs, outputs, other, preview=False)
    try:
        found = place.provider.read(here, id, inputs, outputs)
        assert found is not None
        assert kind in UNSEEN or any(found.outputs.get(name) != outputs.get(name) for name in change)
        diff = place.provider.diff(here, id, found.inputs, found.outputs, inputs)
        assert kind in UNSEEN or {name for name in change if name in inputs} <= set(diff.keys)
        mended = place.provider.update(here, id, found.inputs, found.outputs, inputs, preview=False)
        again = place.provider.read(here, id, inputs, mended)
        assert again is not None
        left = place.provider.diff(here, id, again.inputs, again.outputs, inputs).keys
        assert set(left) <= UNSAID.get(kind, set())
    finally:
        place.provider.delete(here, id, other, changed)


def test_grants_of_others_are_drift_of_a_whole_list(place: Place) -> None:
    """A grant that somebody else gave is taken away."""
    grants = {"schema": "main.here", "grants": [{"principal": "analysts", "privileges": ["USE_SCHEMA", "SELECT"]}]}
    here, id, inputs, outputs = place.made("Grants", grants)
    stranger = {"schema": "main.here", "principal": place.ids["application"], "privileges": ["MODIFY"]}
    place.made("Grant", stranger)
    found = place.provider.read(here, id, inputs, outputs)
    assert found is not None
    assert len(found.inputs["grants"]) == 2
    diff = place.provider.diff(here, id, found.inputs, found.outputs, inputs)
    assert diff.keys == ("grants",)
    outputs = place.provider.update(here, id, found.inputs, found.outputs, inputs, preview=False)
    assert [grant["principal"] for grant in outputs["grants"]] == ["analysts"]
    assert place.provider.read(subject("Grant"), f"{id}/{place.ids['application']}", {}, {}) is None
    place.provider.delete(here, id, inputs, outputs)


def test_a_renamed_catalog_and_volume_are_the_same_ones(place: Place) -> None:
    """The API can, so nothing is dropped; the id in the state follows."""
    for kind, inputs, at in (
        ("Catalog", {"name": "before"}, "after"),
        ("Volume", {"catalogName": "main", "schemaName": "here", "name": "before", "volumeType": "MANAGED"}, "main.here.after"),
    ):
        here, id, checked, outputs = place.made(kind, inputs)
        renamed = checked | {"name": "after"}
        assert place.provider.diff(here, id, checked, outputs, renamed).replaces == ()
        outputs = place.provider.update(here, id, checked, outputs, renamed, preview=False)
        assert outputs["id"] == at
        _assert_settled(place, here, at, renamed, outputs)
        place.provider.delete(here, id, renamed, outputs)
        assert place.provider.read(here, id, renamed, outputs) is None


def test_data_sources_answer_what_is_there(place: Place) -> None:
    """Who is calling, groups, service principals, warehouses."""
    ask = place.provider.invoke
    assert ask("databricks:index/getCurrentUser:getCurrentUser", {})["userName"].startswith("admin@")
    assert ask("databricks:index/getGroup:getGroup", {"displayName": "analysts"})["id"] == place.ids["group"]
    principal = ask("databricks:index/getServicePrincipal:getServicePrincipal", {"applicationId": place.ids["application"]})
    assert principal["displayName"] == "runner"
    warehouse = ask("databricks:index/getSqlWarehouse:getSqlWarehouse", {"name": "here"})
    assert (warehouse["id"], warehouse["clusterSize"]) == (place.ids["warehouse"], "2X-Small")


def test_a_service_principal_signs_in_and_has_its_own_rights(place: Place) -> None:
    """OAuth M2M: the workspace knows who asks, and refuses what this one may not do."""
    host, token = place.host, place.token
    address = f"/api/2.0/accounts/servicePrincipals/{place.ids['principal']}/credentials/secrets"
    secret = Client(Credentials(host=host, token=token)).call("POST", address, body={})["secret"]
    runner = plugin.configure({"host": host, "clientId": place.ids["application"], "clientSecret": Secret(secret)})
    me = runner.invoke("databricks:index/getCurrentUser:getCurrentUser", {})
    assert (me["userName"], me["aclPrincipalId"]) == (place.ids["application"], f"servicePrincipals/{place.ids['application']}")
    with pytest.raises(ProviderError, match=r"creating Catalog 'it': POST .*/catalogs answered PERMISSION_DENIED"):
        runner.create(subject("Catalog"), {"name": "mine"}, preview=False)
    runner.close()


def test_a_refused_sign_in_is_told_without_the_secret(place: Place) -> None:
    """OAuth M2M with a wrong secret."""
    host = place.host
    wrong = plugin.configure({"host": host, "clientId": place.ids["application"], "clientSecret": Secret("wr0ng")})
    with pytest.raises(ProviderError, match=rf"signing in to {host} for GET .*: invalid_client") as raised:
        wrong.invoke("databricks:index/getCurrentUser:getCurrentUser", {})
    assert "wr0ng" not in str(raised.value)
