"""Cases of `test_roundtrip` for what lies in a workspace: notebooks, files in volumes, pipelines, queries,
alerts, dashboards, Git folders, experiments,
serving, vector search, sharing."""

from __future__ import annotations

from collections.abc import Callable

from infra.engine.values import Properties, Secret

Make = Callable[[dict[str, str]], Properties]

#: For each type inputs, and what a second program changes in place.
CONTENT_CASES: dict[str, tuple[Make, Properties]] = {
    "Notebook": (
        lambda _: {"path": "/Shared/new/n", "contentBase64": "c2VsZWN0IDE=", "language": "SQL"},
        {"contentBase64": "c2VsZWN0IDI="},
    ),
    "File": (
        lambda _: {"path": "/Volumes/main/here/files/in/f.csv", "contentBase64": "YSxiCg=="},
        {"contentBase64": "YSxiCjEsMgo="},
    ),
    "Pipeline": (
        lambda _: {
            "name": "flights",
            "catalog": "main",
            "schema": "here",
            "libraries": [{"file": {"path": "/Shared/p.py"}}],
            "configuration": {"env": "prod"},
            "notifications": [{"alerts": ["on-update-failure"], "emailRecipients": ["a@example.com"]}],
        },
        {"development": True, "serverless": True},
    ),
    "Query": (
        lambda ids: {
            "displayName": "late",
            "parentPath": "/Shared",
            "queryText": "select :n",
            "warehouseId": ids["warehouse"],
            "parameters": [{"name": "n", "textValue": {"value": "1"}}],
            "tags": ["a"],
        },
        {"queryText": "select 2", "description": "x", "parameters": []},
    ),
    "Alert": (
        lambda ids: {
            "displayName": "late",
            "parentPath": "/Workspace/Shared",
            "queryId": ids["query"],
            "condition": {
                "op": "GREATER_THAN",
                "operand": {"column": {"name": "n"}},
                "threshold": {"value": {"doubleValue": 2}},
            },
        },
        {"notifyOnOk": False, "secondsToRetrigger": 60, "customBody": "x"},
    ),
    "AlertV2": (
        lambda ids: {
            "displayName": "late2",
            "parentPath": "/Shared",
            "queryText": "select 1 as n",
            "warehouseId": ids["warehouse"],
            "evaluation": {
                "comparisonOperator": "GREATER_THAN",
                "source": {"name": "n"},
                "threshold": {"value": {"doubleValue": 0}},
                "notification": {"subscriptions": [{"userEmail": "a@example.com"}]},
            },
            "schedule": {"quartzCronSchedule": "0 0 * * * ?", "timezoneId": "UTC"},
        },
        {"displayName": "late3", "customSummary": "x"},
    ),
    "Dashboard": (
        lambda ids: {
            "displayName": "gold",
            "parentPath": "/Shared/boards",
            "serializedDashboard": '{"pages": []}',
            "warehouseId": ids["warehouse"],
        },
        {"displayName": "golden", "warehouseId": "other"},
    ),
    "Repo": (
        lambda _: {"url": "https://github.com/acme/platform.git", "path": "/Repos/acme/platform", "branch": "main"},
        {"branch": "release"},
    ),
    "GitCredential": (
        lambda _: {"gitProvider": "gitHub", "gitUsername": "a", "personalAccessToken": Secret("t0ken")},
        {"gitUsername": "b"},
    ),
    "MlflowExperiment": (lambda _: {"name": "/Shared/churn"}, {"name": "/Shared/churned"}),
    "ModelServing": (
        lambda _: {
            "name": "segments",
            "config": {"servedEntities": [{"entityName": "main.here.m", "entityVersion": "1", "name": "a"}]},
            "tags": [{"key": "team", "value": "x"}],
        },
        {"tags": [{"key": "team", "value": "y"}]},
    ),
    "VectorSearchEndpoint": (lambda _: {"name": "vs", "endpointType": "STANDARD"}, {}),
    "VectorSearchIndex": (
        lambda ids: {
            "name": "main.here.index",
            "endpointName": ids["vector_search"],
            "indexType": "DIRECT_ACCESS",
            "primaryKey": "id",
            "directAccessIndexSpec": {
                "embeddingVectorColumns": [{"name": "v", "embeddingDimension": 3}],
                "schemaJson": '{"id": "int"}',
            },
        },
        {},
    ),
    "Share": (
        lambda _: {
            "name": "orders",
            "comment": "x",
            "objects": [{"name": "main.here", "dataObjectType": "SCHEMA"}],
        },
        {"comment": "y", "objects": []},
    ),
    "Recipient": (
        lambda _: {"name": "Partner", "authenticationType": "TOKEN", "propertiesKvpairs": {"properties": {"a": "b"}}},
        {"comment": "x", "ipAccessList": {"allowedIpAddresses": ["10.0.0.0/8"]}},
    ),
}
#: Types whose objects say when they were made.
CONTENT_DATED = {"Query", "Alert", "AlertV2", "MlflowExperiment", "ModelServing", "VectorSearchEndpoint", "Share", "Recipient"}
