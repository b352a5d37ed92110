"""SQL warehouses, their states, and who may use them."""

from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.iam import AccessControlRequest, ComplexValue, PermissionLevel
from databricks.sdk.service.sql import CreateWarehouseRequestWarehouseType, SpotInstancePolicy, State

from infra.emulator.errors import PermissionDenied as Refused
from infra.emulator.identity import directory
from infra.emulator.warehouses import warehouses
from tests.emulator.conftest import LiveWorkspace


def test_a_warehouse_has_the_defaults_of_the_api(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """And says how to connect to it."""
    made = admin.warehouses.create(name="plain", cluster_size="Small").result()
    assert (made.auto_stop_mins, made.min_num_clusters, made.max_num_clusters) == (120, 1, 1)
    assert (made.spot_instance_policy, made.state) == (SpotInstancePolicy.COST_OPTIMIZED, State.RUNNING)
    assert made.creator_name == "admin@lakestead.local"
    assert made.odbc_params is not None
    address = f"{made.odbc_params.protocol}://{made.odbc_params.hostname}:{made.odbc_params.port}"
    assert (address, made.odbc_params.path) == (workspace.host, f"/sql/1.0/warehouses/{made.id}")


def test_it_starts_runs_stops_by_itself_and_starts_again(
    admin: WorkspaceClient, workspace: LiveWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All by the workspace's clock."""
    inside = workspace.inside
    monkeypatch.setattr(inside, "warehouse_start_seconds", 5)
    made = warehouses.create(inside, _admin(workspace), {"name": "states", "cluster_size": "Small", "auto_stop_mins": 10})
    begun = made["started_at"]
    seen = []
    try:
        for seconds in (0, 10, 599, 660):
            inside.clock.offset += begun + seconds - inside.clock.now()
            seen.append(warehouses.state(inside, warehouses.fetch(inside, made["id"])))
        warehouses.use(inside, _admin(workspace), made["id"])
        seen.append(warehouses.state(inside, warehouses.fetch(inside, made["id"])))
    finally:
        inside.clock.offset = 0
    assert seen == ["STARTING", "RUNNING", "RUNNING", "STOPPED", "STARTING"]
    monkeypatch.setattr(inside, "warehouse_start_seconds", 0)
    assert admin.warehouses.stop(made["id"]).result().state == State.STOPPED
    assert admin.warehouses.start(made["id"]).result().state == State.RUNNING


def _admin(workspace: LiveWorkspace) -> Any:
    return directory.caller_named(workspace.inside, "admin@lakestead.local")


def test_an_edit_changes_what_it_names(admin: WorkspaceClient) -> None:
    """Size and name; the rest stays."""
    made = admin.warehouses.create(name="edited", cluster_size="Small", auto_stop_mins=15).result()
    admin.warehouses.edit(str(made.id), name="renamed", cluster_size="Large").result()
    found = admin.warehouses.get(str(made.id))
    assert (found.name, found.cluster_size, found.auto_stop_mins) == ("renamed", "Large", 15)
    admin.warehouses.create(name="edited", cluster_size="Small")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cluster_size": "Huge"}, "cluster_size must be one of"),
        ({"auto_stop_mins": 5}, "auto_stop_mins must be 0 or at least 10, got 5"),
        ({"min_num_clusters": 4, "max_num_clusters": 2}, "clusters must be"),
        ({"max_num_clusters": 41}, "clusters must be"),
        ({"enable_serverless_compute": True}, "needs warehouse_type PRO"),
        ({"name": ""}, "name must not be empty"),
        ({"name": "x" * 100}, "fewer than 100 characters"),
        ({"name": "unique"}, "SQL warehouse with name `unique` already exists"),
    ],
)
def test_what_is_refused(admin: WorkspaceClient, settings: dict[str, Any], message: str) -> None:
    """Bounds of the API, and a name that is taken."""
    if not any(each.name == "unique" for each in admin.warehouses.list()):
        admin.warehouses.create(name="unique", cluster_size="Small")
    with pytest.raises(InvalidParameterValue, match=message):
        admin.warehouses.create(**{"name": "refused", "cluster_size": "Small", **settings})


def test_serverless_may_stop_after_a_minute(admin: WorkspaceClient) -> None:
    """A bound of its own."""
    made = admin.warehouses.create(
        name="serverless",
        cluster_size="Small",
        auto_stop_mins=1,
        enable_serverless_compute=True,
        warehouse_type=CreateWarehouseRequestWarehouseType.PRO,
    ).result()
    assert made.auto_stop_mins == 1


def test_a_deleted_warehouse_is_gone(admin: WorkspaceClient) -> None:
    """Its id and its name."""
    made = admin.warehouses.create(name="deleted", cluster_size="Small").result()
    admin.warehouses.delete(str(made.id))
    with pytest.raises(NotFound):
        admin.warehouses.get(str(made.id))
    assert "deleted" not in [each.name for each in admin.warehouses.list()]


def test_can_use_is_needed_to_use_and_can_manage_to_change(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Levels come by a group as well; the owner is kept by a list that names none."""
    made = admin.warehouses.create(name="guarded", cluster_size="Small").result()
    principal = admin.service_principals.create(display_name="user of guarded")
    name = str(principal.application_id)
    client = workspace.client(admin.token_management.create_obo_token(application_id=name).token_value)

    def caller() -> Any:
        return directory.caller_named(workspace.inside, name)

    with pytest.raises(Refused, match="You are not authorized to use this SQL Endpoint"):
        warehouses.use(workspace.inside, caller(), str(made.id))
    assert "guarded" not in [each.name for each in client.warehouses.list()]
    level = AccessControlRequest(group_name="users", permission_level=PermissionLevel.CAN_USE)
    held = admin.permissions.set("sql/warehouses", str(made.id), access_control_list=[level])
    assert {str(each.user_name or each.group_name): str((each.all_permissions or [])[0].permission_level) for each in
            held.access_control_list or []} == {
        "admin@lakestead.local": "PermissionLevel.IS_OWNER",
        "users": "PermissionLevel.CAN_USE",
        "admins": "PermissionLevel.CAN_MANAGE",
    }  # fmt: skip
    warehouses.use(workspace.inside, caller(), str(made.id))
    with pytest.raises(PermissionDenied, match="does not have CAN_MANAGE"):
        client.warehouses.stop(str(made.id))


def test_ownership_moves_to_a_principal_but_never_to_a_group(admin: WorkspaceClient) -> None:
    """One owner at a time."""
    made = admin.warehouses.create(name="handed over", cluster_size="Small").result()
    principal = admin.service_principals.create(display_name="heir")
    admin.groups.create(display_name="heirs")
    group = AccessControlRequest(group_name="heirs", permission_level=PermissionLevel.IS_OWNER)
    with pytest.raises(InvalidParameterValue, match="Group can not be an owner"):
        admin.permissions.update("warehouses", str(made.id), access_control_list=[group])
    heir = AccessControlRequest(service_principal_name=principal.application_id, permission_level=PermissionLevel.IS_OWNER)
    held = admin.permissions.update("warehouses", str(made.id), access_control_list=[heir])
    owners = [
        each.service_principal_name or each.user_name
        for each in held.access_control_list or []
        if any(level.permission_level == PermissionLevel.IS_OWNER for level in each.all_permissions or [])
    ]
    assert owners == [principal.application_id]


def test_permissions_refuse_strangers_levels_and_types(admin: WorkspaceClient) -> None:
    """By name."""
    made = admin.warehouses.create(name="strict", cluster_size="Small").result()
    stranger = AccessControlRequest(user_name="ghost@example.com", permission_level=PermissionLevel.CAN_USE)
    with pytest.raises(NotFound, match=r"Principal: UserName\(ghost@example.com\) does not exist"):
        admin.permissions.update("warehouses", str(made.id), access_control_list=[stranger])
    wrong = AccessControlRequest(group_name="users", permission_level=PermissionLevel.CAN_RUN)
    with pytest.raises(InvalidParameterValue, match="Permission level 'CAN_RUN' is not supported on warehouses"):
        admin.permissions.update("warehouses", str(made.id), access_control_list=[wrong])
    with pytest.raises(NotFound, match="Warehouse nope does not exist"):
        admin.permissions.get("warehouses", "nope")
    levels = admin.permissions.get_permission_levels("warehouses", str(made.id)).permission_levels or []
    assert [str(each.permission_level).rpartition(".")[2] for each in levels] == [
        *("CAN_VIEW", "CAN_MONITOR", "CAN_USE", "CAN_MANAGE", "IS_OWNER"),
    ]


def test_only_those_entitled_create_warehouses(admin: WorkspaceClient, workspace: LiveWorkspace) -> None:
    """Admins, and who has allow-cluster-create, be it through a group."""
    principal = admin.service_principals.create(display_name="maker")
    name = str(principal.application_id)
    client = workspace.client(admin.token_management.create_obo_token(application_id=name).token_value)
    with pytest.raises(PermissionDenied, match="You are not authorized to create SQL Endpoints"):
        client.warehouses.create(name="made", cluster_size="Small")
    makers = [ComplexValue(value="allow-cluster-create")]
    admin.groups.create(display_name="makers", entitlements=makers, members=[ComplexValue(value=principal.id)])
    assert client.warehouses.create(name="made", cluster_size="Small").result().creator_name == name
