"""Cases of `test_roundtrip` for principals, the account, access, compute and cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from infra.engine.values import Properties, Secret
from tests.providers.recording import ACCOUNT

#: For each type inputs, and what a second program changes in place.
ACCOUNT_CASES: Final[dict[str, tuple[Callable[[dict[str, str]], Properties], Properties]]] = {
    "MwsPermissionAssignment": (
        lambda ids: {"workspaceId": ids["workspace"], "principalId": ids["principal"], "permissions": ["USER"]},
        {},
    ),
    "ServicePrincipalSecret": (lambda ids: {"servicePrincipalId": ids["principal"], "lifetime": "86400s"}, {}),
    "ServicePrincipalFederationPolicy": (
        lambda ids: {
            "servicePrincipalId": int(ids["principal"]),
            "policyId": "github",
            "description": "deploys",
            "oidcPolicy": {"issuer": "https://issuer.example", "audiences": ["lakestead"], "subject": "repo:acme/platform"},
        },
        {"description": "deploys and tests"},
    ),
    "AccountFederationPolicy": (
        lambda _: {"policyId": "people", "oidcPolicy": {"issuer": "https://idp.example", "subjectClaim": "email"}},
        {"oidcPolicy": {"issuer": "https://idp.example", "audiences": ["a", "b"]}},
    ),
    "OboToken": (lambda ids: {"applicationId": ids["application"], "comment": "ci", "lifetimeSeconds": 3600}, {}),
    "IpAccessList": (
        lambda _: {"label": "office", "listType": "ALLOW", "ipAddresses": ["203.0.113.0/24", "198.51.100.7"]},
        {"enabled": False, "ipAddresses": ["203.0.113.0/24"]},
    ),
    "WorkspaceConf": (
        lambda _: {"customConfig": {"enableIpAccessLists": "true", "maxTokenLifetimeDays": "90"}},
        {"customConfig": {"enableIpAccessLists": "false", "enableWebTerminal": "true"}},
    ),
    "DefaultNamespaceSetting": (lambda _: {"namespace": {"value": "main"}}, {"namespace": {"value": "other"}}),
    "SqlGlobalConfig": (
        lambda _: {"dataAccessConfig": {"spark.a": "1", "spark.b": "2"}, "sqlConfigParams": {"ANSI_MODE": "true"}},
        {"securityPolicy": "NONE", "enableServerlessCompute": True},
    ),
    "NotificationDestination": (
        lambda _: {"displayName": "oncall", "config": {"slack": {"url": Secret("https://hooks.example/x"), "channelId": "c1"}}},
        {"displayName": "on call"},
    ),
    "DisasterRecoveryFailoverGroup": (
        lambda ids: {
            "parent": f"accounts/{ACCOUNT}",
            "failoverGroupId": "prod",
            "initialPrimaryRegion": "us-east-1",
            "regions": ["us-east-1", "us-west-2"],
            "workspaceSets": [{"name": "main", "workspaceIds": [ids["workspace"], "2"], "replicateWorkspaceAssets": True}],
        },
        {"unityCatalogAssets": {"catalogs": [{"name": "main"}], "dataReplicationWorkspaceSet": "main"}},
    ),
    "DisasterRecoveryStableUrl": (
        lambda ids: {
            "parent": f"accounts/{ACCOUNT}",
            "stableUrlId": "prod",
            "initialWorkspaceId": ids["workspace"],
        },
        {},
    ),
    "Cluster": (
        lambda _: {
            "clusterName": "shared",
            "sparkVersion": "16.4.x-scala2.12",
            "nodeTypeId": "i3.xlarge",
            "autoscale": {"minWorkers": 1, "maxWorkers": 4},
            "dataSecurityMode": "USER_ISOLATION",
            "sparkConf": {"spark.a": "1"},
            "customTags": {"team": "lake"},
            "libraries": [{"pypi": {"package": "dbt-databricks"}}],
            "initScripts": [{"workspace": {"destination": "/Shared/init.sh"}}],
            "isPinned": True,
        },
        {"autoterminationMinutes": 20, "sparkConf": {"spark.a": "2"}, "isPinned": False},
    ),
    "ClusterPolicy": (
        lambda _: {
            "name": "small",
            "definition": '{"autotermination_minutes": {"type": "fixed", "value": 30}}',
            "libraries": [{"pypi": {"package": "dbt-databricks"}}, {"whl": "/Volumes/a.whl"}],
        },
        {"definition": '{"autotermination_minutes": {"type": "fixed", "value": 20}}', "maxClustersPerUser": 2},
    ),
    "InstancePool": (
        lambda _: {
            "instancePoolName": "pool",
            "idleInstanceAutoterminationMinutes": 15,
            "nodeTypeId": "i3.xlarge",
            "maxCapacity": 8,
            "customTags": {"team": "lake"},
            "diskSpec": {"diskType": {"ebsVolumeType": "GENERAL_PURPOSE_SSD"}, "diskCount": 1, "diskSize": 80},
            "preloadedSparkVersions": ["16.4.x-scala2.12"],
        },
        {"minIdleInstances": 1, "customTags": {"team": "sea"}},
    ),
    "Budget": (
        lambda ids: {
            "displayName": "prod",
            "alertConfigurations": [
                {
                    "timePeriod": "MONTH",
                    "triggerType": "CUMULATIVE_SPENDING_EXCEEDED",
                    "quantityType": "LIST_PRICE_DOLLARS_USD",
                    "quantityThreshold": "4000.00",
                    "actionConfigurations": [{"actionType": "EMAIL_NOTIFICATION", "target": "alerts@example.com"}],
                }
            ],
            "filter": {
                "tags": [{"key": "team", "value": {"operator": "IN", "values": ["streaming"]}}],
                "workspaceId": {"operator": "IN", "values": [int(ids["workspace"])]},
            },
        },
        {"displayName": "production"},
    ),
    "BudgetPolicy": (
        lambda ids: {
            "policyName": "streaming",
            "customTags": [{"key": "team", "value": "streaming"}, {"key": "cost", "value": "1"}],
            "bindingWorkspaceIds": [int(ids["workspace"])],
        },
        {"customTags": [{"key": "team", "value": "lake"}]},
    ),
}
#: What nobody can read back, so that an import has nothing to compare.
UNREADABLE: Final = {"ServicePrincipalSecret", "OboToken"}
#: Of what is told once, when it is made, a lost answer is of no use.
UNFINDABLE: Final = UNREADABLE
#: How an import names what has no id of its own in the state.
IMPORTED_BY: Final[dict[str, Callable[[Properties], str]]] = {
    "DisasterRecoveryFailoverGroup": lambda inputs: f"{inputs['parent']}/failover-groups/{inputs['failoverGroupId']}",
    "DisasterRecoveryStableUrl": lambda inputs: f"{inputs['parent']}/stable-urls/{inputs['stableUrlId']}",
    "AccountFederationPolicy": lambda inputs: str(inputs["policyId"]),
    "ServicePrincipalFederationPolicy": lambda inputs: f"{inputs['servicePrincipalId']},{inputs['policyId']}",
}
#: What is always there: a delete sets it back.
ALWAYS_THERE: Final = {"SqlGlobalConfig", "WorkspaceConf"}
#: Whose objects tell when they were made, by which one is told from others of its name.
MADE_AT: Final = {"Budget", "Cluster", "DisasterRecoveryFailoverGroup", "IpAccessList"}
#: Of which an import cannot tell everything that a program has to say.
ACCOUNT_UNTOLD: Final = {"DisasterRecoveryFailoverGroup", "DisasterRecoveryStableUrl", "NotificationDestination"}
#: For each type that is read by list the inputs of the n-th.
ACCOUNT_LISTED: Final[dict[str, Callable[[int], Properties]]] = {
    "BudgetPolicy": lambda n: {"policyName": f"listed{n}", "customTags": [{"key": "team", "value": "lake"}]},
    "ClusterPolicy": lambda n: {"name": f"listed{n}", "definition": "{}", "description": "x"},
    "InstancePool": lambda n: {
        "instancePoolName": f"listed{n}",
        "idleInstanceAutoterminationMinutes": 10,
        "nodeTypeId": "i3.xlarge",
        "awsAttributes": {"availability": "ON_DEMAND"},
    },
    "IpAccessList": lambda n: {"label": f"listed{n}", "listType": "ALLOW", "ipAddresses": [f"203.0.113.{n}"]},
}
