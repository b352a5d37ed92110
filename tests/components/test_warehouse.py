"""SQL warehouses and their permissions."""

from __future__ import annotations

from tests.stacks.program import Registered


def test_a_warehouse_is_what_the_file_says(rich: Registered) -> None:
    """Serverless and type are always said: the platform's defaults depend on the workspace."""
    assert rich.inputs("SqlEndpoint", "etl") == {
        "name": "etl-rich",
        "clusterSize": "Large",
        "autoStopMins": 120,
        "minNumClusters": 2,
        "maxNumClusters": 10,
        "channel": {"name": "CHANNEL_NAME_PREVIEW"},
        "spotInstancePolicy": "RELIABILITY_OPTIMIZED",
        "warehouseType": "PRO",
        "enableServerlessCompute": False,
        "enablePhoton": True,
        "tags": {"customTags": [{"key": "cost_center", "value": "17"}, {"key": "team", "value": "streaming"}]},
    }


def test_permissions_name_principals_as_the_platform_does(rich: Registered) -> None:
    """Groups by name, service principals by application id."""
    assert rich.inputs("Permissions", "etl") == {
        "sqlEndpointId": "etl-id",
        "accessControls": [
            {"groupName": "All of us", "permissionLevel": "CAN_USE"},
            {"servicePrincipalName": "app-loader", "permissionLevel": "CAN_MONITOR"},
        ],
    }


def test_a_warehouse_that_says_no_permissions_is_left_to_its_owner(working: Registered) -> None:
    """An empty `Permissions` would take everyone else's away. A classic one is said to be classic."""
    assert working.inputs("SqlEndpoint", "quiet")["warehouseType"] == "CLASSIC"
    assert "quiet" not in working.of("Permissions")
