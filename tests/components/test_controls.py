"""What holds for the whole workspace: settings, addresses, notification destinations, budgets, classic compute."""

from __future__ import annotations

import json

from tests.stacks.program import Registered

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def test_lists_of_addresses_are_switched_on_first(working: Registered) -> None:
    """The workspace refuses lists while they are off; options of the file stand beside the switch."""
    assert working.inputs("WorkspaceConf", "workspace") == {
        "customConfig": {"maxTokenLifetimeDays": "90", "enableIpAccessLists": "true"}
    }
    office = working.of("IpAccessList")["office"]
    assert office["inputs"] == {
        "label": "office-working",
        "listType": "ALLOW",
        "ipAddresses": ["203.0.113.0/24", "198.51.100.7"],
    }
    assert any(urn.endswith("WorkspaceConf::workspace") for urn in office["depends_on"])


def test_settings_of_the_workspace(working: Registered) -> None:
    """The catalog that queries mean, what every warehouse does, what may be loaded."""
    assert working.inputs("DefaultNamespaceSetting", "workspace") == {"namespace": {"value": "streaming_working"}}
    assert working.inputs("SqlGlobalConfig", "workspace") == {
        "securityPolicy": "DATA_ACCESS_CONTROL",
        "sqlConfigParams": {"ANSI_MODE": "true"},
        "dataAccessConfig": {"spark.sql.session.timeZone": "UTC"},
    }
    assert {name: one["inputs"]["artifactType"] for name, one in working.of("ArtifactAllowlist").items()} == {
        "init_script": "INIT_SCRIPT",
        "library_maven": "LIBRARY_MAVEN",
    }


def test_an_environment_that_says_nothing_leaves_the_workspace_as_it_is(rich: Registered) -> None:
    """Neither settings nor lists, nor components for them."""
    for type in ("WorkspaceConf", "IpAccessList", "SqlGlobalConfig", "WorkspaceSettings", "Budgets", "Clusters", "Ai"):
        assert rich.of(type) == {}


def test_destinations_keep_their_addresses_secret(working: Registered) -> None:
    """Whoever knows a webhook's address can post to it."""
    assert working.inputs("NotificationDestination", "on-call") == {
        "displayName": "on-call-working",
        "config": {"slack": {"url": {**SECRET, "value": "slack"}}},
    }
    assert working.inputs("NotificationDestination", "mail")["config"] == {"email": {"addresses": ["data@example.com"]}}
    assert working.inputs("NotificationDestination", "teams")["displayName"] == "Our team"
    hook = working.inputs("NotificationDestination", "hook")["config"]["genericWebhook"]
    assert (hook["username"], hook["password"]["value"]) == ("robot", "hook_password")


def test_a_budget_tells_at_each_part(working: Registered) -> None:
    """Of what may be spent in the environment's workspace; the account keeps it."""
    budget = working.of("Budget")["budgets"]
    alerts = budget["inputs"]["alertConfigurations"]

    assert budget["provider"].split("::")[-2] == "account"
    assert [one["quantityThreshold"] for one in alerts] == ["2000", "3200", "4000"]
    assert alerts[0]["actionConfigurations"] == [
        {"actionType": "EMAIL_NOTIFICATION", "target": "data@example.com"},
        {"actionType": "EMAIL_NOTIFICATION", "target": "ann@example.com"},
    ]
    assert budget["inputs"]["filter"] == {
        "workspaceId": {"operator": "IN", "values": [4711]},
        "tags": [{"key": "environment", "value": {"operator": "IN", "values": ["working"]}}],
    }


def test_a_budget_policy_tags_serverless_usage(working: Registered) -> None:
    """In this workspace alone; jobs, pipelines and endpoints name it by its id."""
    assert working.inputs("BudgetPolicy", "streaming") == {
        "policyName": "streaming-working",
        "customTags": [{"key": "team", "value": "streaming"}],
        "bindingWorkspaceIds": [4711],
    }
    assert working.inputs("Pipeline", "flights")["budgetPolicyId"] == "policy-streaming"
    assert working.inputs("VectorSearchEndpoint", "shows")["budgetPolicyId"] == "policy-streaming"


def test_a_cluster_policy_is_written_in_its_own_words(working: Registered) -> None:
    """On a family of the platform's, its rules override; whole numbers stay whole."""
    policy = working.inputs("ClusterPolicy", "small")

    assert (policy["policyFamilyId"], policy["maxClustersPerUser"]) == ("job-cluster", 2)
    assert json.loads(policy["policyFamilyDefinitionOverrides"]) == {
        "node_type_id": {"type": "allowlist", "values": ["i3.xlarge", "i3.2xlarge"], "defaultValue": "i3.xlarge"},
        "autoscale.max_workers": {"type": "range", "maxValue": 8, "defaultValue": 2},
        "spark_conf.spark.databricks.cluster.profile": {"type": "forbidden", "hidden": True},
    }
    assert '"maxValue": 8,' in policy["policyFamilyDefinitionOverrides"]


def test_pools_and_all_purpose_clusters(working: Registered) -> None:
    """A cluster is made without waiting for its machines, and stops when nobody works."""
    pool, cluster = working.inputs("InstancePool", "warm"), working.inputs("Cluster", "shared")

    assert (pool["instancePoolName"], pool["minIdleInstances"], pool["maxCapacity"]) == ("warm-working", 1, 10)
    assert cluster["autoscale"] == {"minWorkers": 1, "maxWorkers": 4}
    assert (cluster["dataSecurityMode"], cluster["autoterminationMinutes"], cluster["noWait"]) == ("USER_ISOLATION", 20, True)
    assert cluster["libraries"] == [
        {"whl": "/Volumes/streaming/raw/landing/tools.whl"},
        {"pypi": {"package": "great-expectations==1.3.0"}},
    ]
