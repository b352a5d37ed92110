"""Types of the account and of both levels, clusters and settings: which calls are made, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.ports import Created, ProviderError
from infra.engine.values import Properties
from infra.providers.databricks.credentials import Credentials
from infra.providers.databricks.errors import Absent, Refused
from tests.providers.scripted import HOST, Script, provider_on, subject

ACCOUNT = "11111111-2222-3333-4444-555555555555"
SCIM = f"/api/2.0/accounts/{ACCOUNT}/scim/v2"
WHO = "GET /api/2.0/preview/scim/v2/Me"


class AccountScript(Script):
    """A script at an accounts console, or at a workspace of the account."""

    def __init__(self, answers: dict[str, Any], host: str = "https://accounts.cloud.databricks.com") -> None:
        super().__init__(answers)
        found = Credentials(host=host, account_id=ACCOUNT, token="dapi-0")
        self.host, self.account_id = found.host, found.account_id


def create(script: Script, kind: str, inputs: dict[str, Any]) -> Created:
    provider = provider_on(script)
    checked = provider.check(subject(kind), None, inputs)
    assert checked.failures == ()
    return provider.create(subject(kind), checked.inputs, preview=False)


@pytest.mark.parametrize(
    ("host", "inputs", "at"),
    [
        ("https://accounts.cloud.databricks.com", {}, f"{SCIM}/Groups"),
        ("https://accounts.cloud.databricks.com", {"api": "workspace"}, "/api/2.0/preview/scim/v2/Groups"),
        (HOST, {"api": "account"}, f"{SCIM}/Groups"),
        (HOST, {}, "/api/2.0/preview/scim/v2/Groups"),
    ],
)
def test_the_host_or_the_program_chooses_the_directory(host: str, inputs: Properties, at: str) -> None:
    """What is an account's is in no workspace."""
    script = AccountScript({f"POST {at}": {"id": "5", "displayName": "g"}}, host)
    outputs = create(script, "Group", {"displayName": "g"} | inputs).outputs
    assert script.asked == [f"POST {at}"]
    assert (outputs["providerConfig"] is None) == at.startswith("/api/2.0/accounts")


def test_a_principal_of_the_account_is_disabled_instead_of_deleted() -> None:
    """Unless the program says otherwise; a group is deleted."""
    at = f"{SCIM}/Users/5"
    script = AccountScript({f"PATCH {at}": {}, f"DELETE {at}": {}, f"DELETE {SCIM}/Groups/6": {}})
    provider = provider_on(script)
    provider.delete(subject("User"), "5", {}, {"id": "5"})
    provider.delete(subject("User"), "5", {}, {"id": "5", "disableAsUserDeletion": False})
    provider.delete(subject("Group"), "6", {}, {"id": "6"})
    assert script.asked == [f"PATCH {at}", f"DELETE {at}", f"DELETE {SCIM}/Groups/6"]


def test_without_an_account_id_the_provider_says_so() -> None:
    """Before anything is sent."""
    script = Script({})
    with pytest.raises(ProviderError, match="the provider names none: give it the accounts console as host, and accountId"):
        create(script, "BudgetPolicy", {"policyName": "p"})
    assert script.asked == []


def test_a_stale_etag_is_sent_once_more_with_the_present_one() -> None:
    """Which the refusal tells."""
    at = "PATCH /api/2.0/settings/types/default_namespace_ws/names/default"
    answer = {"etag": "e2", "namespace": {"value": "main"}, "setting_name": "default"}
    script = Script({at: [Absent("not set", "NOT_FOUND", {"etag": "e1"}), answer]})
    assert create(script, "DefaultNamespaceSetting", {"namespace": {"value": "main"}}).outputs["etag"] == "e2"
    assert [sent["setting"].get("etag") for _, sent in script.sent] == [None, "e1"]


def running(**more: Any) -> Properties:
    return {"id": "c1", "sparkVersion": "16.4.x-scala2.12", "nodeTypeId": "i3.xlarge", "numWorkers": 1} | more


@pytest.mark.parametrize(
    ("state", "change", "calls"),
    [
        ("RUNNING", {"numWorkers": 3}, ["resize"]),
        ("TERMINATED", {"numWorkers": 3}, ["edit"]),
        ("RUNNING", {"numWorkers": 3, "sparkConf": {"a": "1"}}, ["edit"]),
        ("RUNNING", {"isPinned": True}, ["pin"]),
    ],
)
def test_a_cluster_is_changed_by_the_gentlest_call(state: str, change: Properties, calls: list[str]) -> None:
    """A running one of another size is resized: it goes on serving."""
    base = "/api/2.1/clusters"
    details = {"cluster_id": "c1", "state": state, "spark_version": "16.4.x-scala2.12", "node_type_id": "i3.xlarge"}
    answers: dict[str, Any] = {f"POST {base}/{name}": {} for name in ("resize", "edit", "pin")}
    script = Script(answers | {f"GET {base}/get": details})
    provider_on(script).update(subject("Cluster"), "c1", {}, running(), running() | change, preview=False)
    assert [asked.rsplit("/", 1)[1] for asked in script.asked if asked.startswith("POST")] == calls


def test_an_edit_waits_until_the_cluster_can_be_edited() -> None:
    """One that is starting cannot."""
    base = "/api/2.1/clusters"
    busy = Refused("Cluster c1 is in state PENDING", "INVALID_STATE")
    script = Script({f"POST {base}/edit": [busy, busy, {}], f"GET {base}/get": {"cluster_id": "c1", "state": "PENDING"}})
    news = running(sparkConf={"a": "1"})
    provider_on(script).update(subject("Cluster"), "c1", {}, running(), news, preview=False)
    assert script.asked.count(f"POST {base}/edit") == 3


@pytest.mark.parametrize(
    ("inputs", "sent"),
    [
        ({"directoryId": "0"}, [("g", "CAN_READ"), ("admins", "CAN_MANAGE")]),
        ({"directoryId": "7"}, [("g", "CAN_READ")]),
        ({"sqlQueryId": "7"}, [("g", "CAN_READ"), ("me@example.com", "CAN_MANAGE")]),
    ],
)
def test_lists_keep_who_has_to_be_on_them(inputs: Properties, sent: list[tuple[str, str]]) -> None:
    """Admins on the root folder, who deploys on a query; CAN_VIEW is an old word for CAN_READ."""
    request = "directories" if "directoryId" in inputs else "sql/queries"
    at = f"PUT /api/2.0/permissions/{request}/{next(iter(inputs.values()))}"
    script = Script({WHO: {"userName": "me@example.com"}, at: {"access_control_list": []}})
    level = "CAN_VIEW" if "sqlQueryId" in inputs else "CAN_READ"
    create(script, "Permissions", inputs | {"accessControls": [{"groupName": "g", "permissionLevel": level}]})
    entries = script.sent[-1][1]["access_control_list"]
    assert [(entry.get("group_name") or entry["user_name"], entry["permission_level"]) for entry in entries] == sent
