"""What a program may write, and what it is told about the rest. No call is made."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.values import UNKNOWN, Properties, Secret
from tests.providers.scripted import Script, provider_on, subject

PROVIDER = provider_on(Script({}))


def reasons(kind: str, inputs: dict[str, Any]) -> dict[str, str]:
    return {failure.property: failure.reason for failure in PROVIDER.check(subject(kind), None, inputs).failures}


def test_a_name_that_is_left_out_is_made_up_and_kept() -> None:
    """From the logical name and seven hexadecimal digits; the next check goes on with it."""
    first = PROVIDER.check(subject("Schema", "bronze"), None, {"catalogName": "main"}).inputs
    assert first["name"].startswith("bronze-")
    assert len("bronze-") + 7 == len(first["name"])
    assert first["__defaults"] == ["name"]
    assert first == PROVIDER.check(subject("Schema", "bronze"), first, {"catalogName": "main"}).inputs


def test_an_explicit_name_is_no_default() -> None:
    """Though a default stood there before."""
    olds = {"__defaults": ["name"], "name": "a-1234567", "catalogName": "main"}
    checked = PROVIDER.check(subject("Schema"), olds, {"catalogName": "main", "name": "b"})
    assert checked.inputs == {"__defaults": [], "name": "b", "catalogName": "main"}


def test_unknown_and_secret_inputs_stay_what_they_are() -> None:
    """At every level."""
    inputs = {
        "clusterSize": UNKNOWN,
        "name": Secret("w"),
        "tags": {"customTags": [{"key": "a", "value": Secret("b")}, UNKNOWN]},
        "channel": Secret({"name": "CHANNEL_NAME_PREVIEW"}),
    }
    checked = PROVIDER.check(subject("SqlEndpoint"), None, inputs)
    assert checked.failures == ()
    assert checked.inputs["clusterSize"] is UNKNOWN
    assert Secret("w") == checked.inputs["name"]
    assert checked.inputs["tags"] == {
        "__defaults": [],
        "customTags": [{"__defaults": [], "key": "a", "value": Secret("b")}, UNKNOWN],
    }
    assert Secret({"__defaults": [], "name": "CHANNEL_NAME_PREVIEW"}) == checked.inputs["channel"]


def test_whole_numbers_that_arrive_as_floats_are_whole() -> None:
    """The protocol knows floats alone."""
    inputs = PROVIDER.check(subject("SqlEndpoint"), None, {"clusterSize": "Small", "autoStopMins": 10.0}).inputs
    assert repr(inputs["autoStopMins"]) == "10"


def test_defaults_stand_inside_objects_too() -> None:
    """A schedule runs unless it is paused."""
    schedule = {"quartzCronExpression": "0 0 6 * * ?", "timezoneId": "UTC"}
    inputs = PROVIDER.check(subject("Job"), None, {"name": "j", "schedule": schedule}).inputs
    assert inputs["schedule"] == {"__defaults": ["pauseStatus"], "pauseStatus": "UNPAUSED", **schedule}
    assert (inputs["__defaults"], inputs["maxConcurrentRuns"]) == (["maxConcurrentRuns"], 1)


ALERT: Properties = {
    "displayName": "late",
    "queryId": "1",
    "condition": {"op": "EQUAL", "operand": {"column": {"name": "n"}}, "threshold": {"value": {"doubleValue": 0}}},
}


@pytest.mark.parametrize(
    ("kind", "inputs", "where", "why"),
    [
        ("Schema", {"catalogName": "main", "coment": "x"}, "coment", "is no property of this type: did you mean 'comment'?"),
        ("Schema", {"name": "x"}, "catalogName", "Missing required property 'catalogName'"),
        ("Schema", {"catalogName": "main", "comment": {"a": 1}}, "comment", "is dict, not a string"),
        ("Schema", {"catalogName": "main", "schemaId": "1"}, "schemaId", "is set by the workspace alone: leave it out"),
        ("SqlEndpoint", {"clusterSize": "Huge"}, "clusterSize", "is 'Huge', not one of 2X-Small, X-Small, Small, Medium"),
        ("SqlEndpoint", {"clusterSize": "Small", "autoStopMins": 1.5}, "autoStopMins", "is 1.5, not a whole number"),
        ("SqlEndpoint", {"clusterSize": "Small", "maxNumClusters": True}, "maxNumClusters", "is bool, not a whole number"),
        ("SqlEndpoint", {"clusterSize": "Small", "channel": {"nam": "x"}}, "channel.nam", "did you mean 'name'?"),
        ("Job", {"dbtTask": {"commands": []}}, "dbtTask", "is not supported by the embedded"),
        ("Job", {"tasks": [{"description": "a"}]}, "tasks[0].taskKey", "Missing required property 'taskKey'"),
        ("Job", {"alwaysRunning": True}, "alwaysRunning", "is not supported by the embedded provider"),
        ("Job", {"continuous": {}, "trigger": {"periodic": {"interval": 1, "unit": "DAYS"}}}, "trigger", "keep one"),
        ("Job", {"runAs": {"userName": "a@b.c", "servicePrincipalName": "x"}}, "runAs", "name one"),
        ("Grant", {"principal": "p", "privileges": []}, "catalog", "a grant takes exactly one of catalog, credential"),
        (
            "Grant",
            {"principal": "p", "privileges": [], "catalog": "c", "schema": "s"},
            "catalog",
            "catalog and schema are given",
        ),
        ("Grants", {"schema": "s", "grants": [{"principal": "p", "privileges": []}] * 2}, "grants", "names 'p' twice"),
        ("Entitlements", {"workspaceAccess": True}, "groupId", "a set of entitlements takes exactly one of groupId, userId"),
        ("Group", {"displayName": "admins"}, "displayName", "is the workspace's own"),
        ("Group", {"displayName": "x", "api": "both"}, "api", "is 'both', not one of account, workspace"),
        ("ServicePrincipal", {}, "displayName", "a service principal needs a displayName or an applicationId"),
        ("SecretScope", {"name": "a b"}, "name", "'a b' is no scope name"),
        ("SecretAcl", {"scope": "s", "principal": "p", "permission": "ALL"}, "permission", "not one of READ, WRITE, MANAGE"),
        (
            "Permissions",
            {"jobId": "1", "accessControls": [{"permissionLevel": "CAN_VIEW"}]},
            "accessControls[0].groupName",
            "one of",
        ),
        (
            "Permissions",
            {"jobId": "1", "accessControls": [{"groupName": "g", "permissionLevel": "CAN_USE"}]},
            "accessControls[0].permissionLevel",
            "jobId knows CAN_VIEW, CAN_MANAGE_RUN, CAN_MANAGE, IS_OWNER, not 'CAN_USE'",
        ),
        ("WorkspaceFile", {"path": "/a"}, "source", "give exactly one of source and contentBase64"),
        ("Notebook", {"path": "/a", "contentBase64": "YQ=="}, "language", "is needed beside contentBase64"),
        ("File", {"path": "/tmp/a", "contentBase64": "YQ=="}, "path", "which is in no volume: write /Volumes/"),
        ("File", {"path": "dbfs:/Volumes/a", "contentBase64": "YQ=="}, "path", "leave out the scheme"),
        ("Pipeline", {"storage": "/a", "catalog": "main"}, "catalog", "a pipeline takes one of storage, catalog"),
        ("Pipeline", {"edition": "BASIC"}, "edition", "is 'BASIC', not one of pro, core, advanced"),
        ("Alert", ALERT | {"condition": ALERT["condition"] | {"op": "LIKE"}}, "condition.op", "not one of GREATER_THAN"),
        (
            "Alert",
            ALERT | {"condition": ALERT["condition"] | {"threshold": {"value": {"boolValue": True, "stringValue": "x"}}}},
            "condition.threshold.value",
            "takes exactly one of boolValue",
        ),
        (
            "Dashboard",
            {"displayName": "d", "parentPath": "/a", "warehouseId": "w", "filePath": __file__, "serializedDashboard": "{}"},
            "filePath",
            "a dashboard takes one of",
        ),
        ("Repo", {"url": "git@github.com:a/b"}, "url", "not an address that starts with https://"),
        ("Repo", {"url": "https://git.example.com/a/b"}, "gitProvider", "does not tell which provider it is"),
        ("Repo", {"url": "https://github.com/a/b", "path": "/Repos/b"}, "path", "below /Repos it has three parts"),
        (
            "VectorSearchIndex",
            {"endpointName": "e", "indexType": "DELTA_SYNC", "primaryKey": "id"},
            "deltaSyncIndexSpec",
            "takes exactly one of deltaSyncIndexSpec, directAccessIndexSpec",
        ),
        ("Recipient", {"authenticationType": "MAGIC"}, "authenticationType", "not one of TOKEN, DATABRICKS"),
        ("WorkspaceFile", {"path": "/a", "source": "no/such.sql"}, "source", "there is no file 'no/such.sql' below"),
        ("WorkspaceFile", {"path": "/a", "contentBase64": "?"}, "contentBase64", "is not base64"),
        ("App", {}, "type", "App is not supported by the embedded Databricks provider. It knows AccountFederationPolicy"),
    ],
)
def test_a_wrong_input_is_named_with_its_reason(kind: str, inputs: dict[str, Any], where: str, why: str) -> None:
    """The property's path, what is wrong, and what would be right."""
    found = reasons(kind, inputs)
    assert [where] == list(found)
    assert why in found[where]


def test_unknown_inputs_are_not_held_against_a_program() -> None:
    """In a preview an id of something new is not known."""
    controls = [{"groupName": UNKNOWN, "permissionLevel": "CAN_USE"}]
    assert reasons("Permissions", {"sqlEndpointId": UNKNOWN, "accessControls": controls}) == {}
    assert reasons("Grant", {"schema": UNKNOWN, "principal": UNKNOWN, "privileges": ["SELECT"]}) == {}
    assert reasons("WorkspaceFile", {"path": "/a", "contentBase64": UNKNOWN}) == {}
