"""What belongs to the account or is set once for the workspace: assignments, access lists, switches, settings, budgets."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, InvalidState, NotFound, ResourceConflict
from databricks.sdk.service.settings import (
    Config,
    DefaultNamespaceSetting,
    ListType,
    SlackConfig,
    StringMessage,
)

from tests.emulator.conftest import LiveWorkspace

ACCOUNT = "11111111-2222-3333-4444-555555555555"


def ask(workspace: LiveWorkspace, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    """A call of the account's API as the admin."""
    headers = {"authorization": f"Bearer {workspace.token}"}
    return httpx.request(method, f"{workspace.host}/api{path}", json=body, headers=headers)


def test_an_assignment_makes_an_admin_and_its_end_unmakes_it(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """ADMIN is to be in the workspace's admins."""
    principal = admin.service_principals.create(display_name="assigned")
    base = f"/2.0/accounts/{ACCOUNT}/workspaces/{workspace.inside.id}/permissionassignments"
    token = admin.token_management.create_obo_token(application_id=str(principal.application_id)).token_value
    client = workspace.client(token)

    def groups() -> set[str]:
        return {str(group.display) for group in client.current_user.me().groups or ()}

    ask(workspace, "PUT", f"{base}/principals/{principal.id}", {"permissions": ["ADMIN"]}).raise_for_status()
    seen = ["admins" in groups()]
    listed = ask(workspace, "GET", base).json()["permission_assignments"]
    ask(workspace, "DELETE", f"{base}/principals/{principal.id}").raise_for_status()
    seen.append("admins" in groups())
    assert seen == [True, False]
    assert [entry["permissions"] for entry in listed] == [["ADMIN"]]


def test_an_access_list_never_locks_its_caller_out(admin: WorkspaceClient) -> None:
    """One that blocks this machine is refused, one that is no address too."""
    with pytest.raises(InvalidState, match="would block the caller's own address"):
        admin.ip_access_lists.create("mine", ListType.BLOCK, ip_addresses=["127.0.0.0/8"])
    with pytest.raises(InvalidParameterValue, match="no IPv4 address"):
        admin.ip_access_lists.create("mine", ListType.ALLOW, ip_addresses=["office"])
    made = admin.ip_access_lists.create("mine", ListType.ALLOW, ip_addresses=["203.0.113.0/24"]).ip_access_list
    assert made is not None
    assert (made.enabled, made.address_count) == (True, 1)


def test_unknown_switches_are_refused_by_name(admin: WorkspaceClient) -> None:
    """And values that a switch cannot have; what was never set is null."""
    with pytest.raises(BadRequest, match=r'Invalid keys: \["enableMagic"\]'):
        admin.workspace_conf.set_status({"enableMagic": "true"})
    with pytest.raises(BadRequest, match="Some values are not allowed"):
        admin.workspace_conf.set_status({"enableIpAccessLists": "maybe"})
    admin.workspace_conf.set_status({"enableIpAccessLists": "true"})
    assert admin.workspace_conf.get_status(keys="enableIpAccessLists,enableWebTerminal") == {
        "enableIpAccessLists": "true",
        "enableWebTerminal": None,
    }


def test_a_setting_wants_its_etag(admin: WorkspaceClient) -> None:
    """A refusal tells the present one."""
    setting = admin.settings.default_namespace

    def update(etag: str, value: str) -> DefaultNamespaceSetting:
        wanted = DefaultNamespaceSetting(namespace=StringMessage(value=value), etag=etag, setting_name="default")
        return setting.update(allow_missing=True, setting=wanted, field_mask="namespace.value")

    with pytest.raises(NotFound) as missing:
        update("", "main")
    information = missing.value.get_error_details().error_info
    assert information is not None
    first = update(information.metadata["etag"], "main")
    with pytest.raises(ResourceConflict):
        update(information.metadata["etag"], "other")
    assert setting.get().namespace == StringMessage(value="main")
    setting.delete(etag=first.etag)
    with pytest.raises(NotFound):
        setting.get()


def test_what_is_secret_of_a_destination_is_never_answered(admin: WorkspaceClient) -> None:
    """It is said to be set."""
    config = Config(slack=SlackConfig(url="https://hooks.example/x", channel_id="c"))
    made = admin.notification_destinations.create(display_name="oncall", config=config)
    assert made.config == Config(slack=SlackConfig(url_set=True, channel_id_set=True))
    with pytest.raises(InvalidParameterValue, match="exactly one of"):
        admin.notification_destinations.create(display_name="nowhere", config=Config())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"alert_configurations": []}, "A budget needs an alert configuration"),
        ({"display_name": ""}, "display_name must have 1 to 128 characters"),
        ({"alert_configurations": [{"time_period": "DAY"}]}, "time_period must be MONTH, got 'DAY'"),
    ],
)
def test_what_no_budget_can_be_is_refused(workspace: LiveWorkspace, change: dict[str, Any], why: str) -> None:
    """By name."""
    answer = ask(workspace, "POST", f"/2.1/accounts/{ACCOUNT}/budgets", {"budget": {"display_name": "b"} | change})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert why in answer.json()["message"]


def test_a_budget_policy_is_made_once_for_a_request(workspace: LiveWorkspace) -> None:
    """Names are unique; the same request answers the same policy."""
    at = f"/2.1/accounts/{ACCOUNT}/budget-policies"
    body = {"policy": {"policy_name": "lake", "custom_tags": [{"key": "team", "value": "lake"}]}, "request_id": "r1"}
    first, second = ask(workspace, "POST", at, body).json(), ask(workspace, "POST", at, body).json()
    taken = ask(workspace, "POST", at, body | {"request_id": "r2"})
    assert (first, taken.status_code) == (second, 409)


def test_a_failover_moves_the_primary_region(workspace: LiveWorkspace) -> None:
    """And nothing else; a stable URL in use stays."""
    at = f"/disaster-recovery/v1/accounts/{ACCOUNT}"
    url = ask(workspace, "POST", f"{at}/stable-urls?stable_url_id=prod", {"initial_workspace_id": "1"}).json()
    sets = [{"name": "main", "workspace_ids": ["1", "2"], "stable_url_names": [url["name"]]}]
    body = {"regions": ["us-east-1", "us-west-2"], "initial_primary_region": "us-east-1", "workspace_sets": sets}
    ask(workspace, "POST", f"{at}/failover-groups?failover_group_id=prod", body).raise_for_status()
    moved = ask(workspace, "POST", f"{at}/failover-groups/prod/failover", {"target_primary_region": "us-west-2"}).json()
    assert (moved["effective_primary_region"], moved["workspace_sets"]) == ("us-west-2", sets)
    assert ask(workspace, "DELETE", f"{at}/stable-urls/prod").json()["error_code"] == "INVALID_STATE"


def test_the_tokens_list_keeps_its_admins(workspace: LiveWorkspace, admin: WorkspaceClient) -> None:
    """Who may have tokens is a list of its own, on which admins stand themselves."""
    admin.groups.create(display_name="token users")
    entries = [{"group_name": "token users", "permission_level": "CAN_USE"}]
    refused = ask(workspace, "PUT", "/2.0/permissions/authorization/tokens", {"access_control_list": entries})
    assert "Cannot change permissions for group 'admins' to None." in refused.json()["message"]
    entries.append({"group_name": "admins", "permission_level": "CAN_MANAGE"})
    kept = ask(workspace, "PUT", "/2.0/permissions/authorization/tokens", {"access_control_list": entries}).json()
    assert (kept["object_type"], len(kept["access_control_list"])) == ("tokens", 2)
