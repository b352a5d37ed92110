"""Cases of `test_roundtrip` for Unity Catalog's securables beyond catalogs, schemas and volumes."""

from __future__ import annotations

from collections.abc import Callable

from infra.engine.values import Properties, Secret

Make = Callable[[dict[str, str]], Properties]
#: Makes the table that monitors and tags are about.
WATCHED = "create table main.here.watched (at timestamp, n int)"
ROLE = "arn:aws:iam::123456789012:role/lake"

#: Types whose objects say when they were made.
UNITY_DATED = {
    *("StorageCredential", "ExternalLocation", "Credential", "Connection", "RegisteredModel", "SqlTable"),
    *("TagPolicy", "PolicyInfo", "SecretUc"),
}
#: How types are imported whose id in the state does not name them.
UNITY_IMPORTED_BY: dict[str, Callable[[Properties], str]] = {
    "EntityTagAssignment": lambda inputs: f"{inputs['entityType']},{inputs['entityName']},{inputs['tagKey']}",
    "PolicyInfo": lambda inputs: f"{inputs['onSecurableType']},{inputs['onSecurableFullname']},{inputs['name']}",
    "SecretUc": lambda inputs: f"{inputs['catalogName']}.{inputs['schemaName']}.{inputs['name']}",
    "TagPolicy": lambda inputs: str(inputs["tagKey"]),
}
#: Types of which no answer tells something that a program has to give: a value, the warehouse that runs statements.
UNITY_UNTOLD = {"SecretUc", "SqlTable"}
#: What stays when it is deleted, emptied.
UNITY_STAYS = {"ArtifactAllowlist"}
#: For each type inputs, and what a second program changes in place.
UNITY_CASES: dict[str, tuple[Make, Properties]] = {
    "StorageCredential": (
        lambda _: {
            "name": "Cold",
            "azureServicePrincipal": {"applicationId": "a", "directoryId": "d", "clientSecret": Secret("s")},
            "comment": "x",
            "owner": "analysts",
            "isolationMode": "ISOLATION_MODE_ISOLATED",
            "skipValidation": True,
        },
        {"comment": "y", "readOnly": True},
    ),
    "ExternalLocation": (
        lambda _: {"name": "raw", "url": "s3://acme-landing/raw", "credentialName": "lake", "comment": "x", "fallback": True},
        {"url": "s3://acme-landing/raw2", "fallback": False, "isolationMode": "ISOLATION_MODE_ISOLATED"},
    ),
    "Credential": (
        lambda _: {"name": "queues", "purpose": "SERVICE", "awsIamRole": {"roleArn": ROLE}, "comment": "x"},
        {"comment": "y", "owner": "analysts"},
    ),
    "WorkspaceBinding": (
        lambda ids: {"workspaceId": ids["workspace"], "securableName": "lake", "securableType": "storage_credential"},
        {},
    ),
    "CatalogWorkspaceBinding": (lambda ids: {"workspaceId": ids["workspace"], "catalogName": "main"}, {}),
    "Connection": (
        lambda _: {
            "name": "crm",
            "connectionType": "POSTGRESQL",
            "options": {"host": "db.example.com", "port": "5432", "user": "u", "password": "p"},
            "comment": "x",
        },
        {"options": {"host": "db2.example.com", "port": "5432", "user": "u", "password": "q"}, "owner": "analysts"},
    ),
    "SystemSchema": (lambda _: {"schema": "access"}, {}),
    "SqlTable": (
        lambda ids: {
            "catalogName": "main",
            "schemaName": "here",
            "name": "made",
            "tableType": "MANAGED",
            "dataSourceFormat": "DELTA",
            "warehouseId": ids["warehouse"],
            "columns": [
                {"name": "id", "type": "long", "nullable": False, "comment": "it's the key"},
                {"name": "at", "type": "timestamp"},
            ],
            "comment": "x",
            "properties": {"team": "streaming"},
            "clusterKeys": ["id"],
        },
        {
            "comment": "y",
            "owner": "analysts",
            "columns": [
                {"name": "id", "type": "bigint", "nullable": False, "comment": "it's the key"},
                {"name": "at", "type": "timestamp"},
                {"name": "n", "type": "decimal(10,2)", "comment": "new"},
            ],
        },
    ),
    "RegisteredModel": (
        lambda _: {"catalogName": "main", "schemaName": "here", "name": "Segments", "comment": "x", "owner": "analysts"},
        {"comment": "y"},
    ),
    "QualityMonitor": (
        lambda _: {
            "tableName": "main.here.watched",
            "assetsDir": "/Shared/m",
            "outputSchemaName": "main.here",
            "timeSeries": {"granularities": ["1 day"], "timestampCol": "at"},
            "schedule": {"quartzCronExpression": "0 0 6 * * ?", "timezoneId": "UTC"},
            "notifications": {"onFailure": {"emailAddresses": ["a@example.com"]}},
        },
        {"slicingExprs": ["n > 1"], "baselineTableName": "main.here.watched"},
    ),
    "TagPolicy": (
        lambda _: {"tagKey": "level", "description": "x", "values": [{"name": "high"}, {"name": "low"}]},
        {"values": [{"name": "low"}]},
    ),
    "EntityTagAssignment": (
        lambda _: {"entityType": "columns", "entityName": "main.here.watched.n", "tagKey": "pii", "tagValue": "yes"},
        {"tagValue": "no"},
    ),
    "PolicyInfo": (
        lambda _: {
            "name": "mask",
            "onSecurableType": "SCHEMA",
            "onSecurableFullname": "main.here",
            "forSecurableType": "TABLE",
            "policyType": "POLICY_TYPE_COLUMN_MASK",
            "columnMask": {"functionName": "main.here.mask", "onColumn": "c", "usings": [{"constant": "x"}]},
            "matchColumns": [{"alias": "c", "condition": "has_tag('pii')"}],
            "toPrincipals": ["account users"],
            "exceptPrincipals": ["analysts"],
        },
        {"comment": "x", "whenCondition": "has_tag_value('a', 'b') OR TRUE", "name": "masked"},
    ),
    "SecretUc": (
        lambda _: {"catalogName": "main", "schemaName": "here", "name": "token", "value": Secret("s3cr3t"), "comment": "x"},
        {"value": Secret("other"), "expireTime": "2030-01-01T00:00:00Z"},
    ),
    "ArtifactAllowlist": (
        lambda _: {
            "artifactType": "LIBRARY_JAR",
            "artifactMatchers": [{"artifact": "/Volumes/main", "matchType": "PREFIX_MATCH"}],
        },
        {"artifactMatchers": [{"artifact": "/Volumes/other", "matchType": "PREFIX_MATCH"}]},
    ),
}

#: For each type that is read by list, the inputs of the nth one.
UNITY_LISTED: dict[str, Callable[[int], Properties]] = {
    "StorageCredential": lambda n: {
        "name": f"listed{n}",
        "azureServicePrincipal": {"applicationId": "a", "directoryId": "d", "clientSecret": Secret("s")},
        "comment": "x",
    },
    "ExternalLocation": lambda n: {"name": f"listed{n}", "url": f"s3://listed{n}", "credentialName": "lake", "comment": "x"},
    "Credential": lambda n: {"name": f"listed-c{n}", "purpose": "SERVICE", "awsIamRole": {"roleArn": ROLE}},
    "Connection": lambda n: {
        "name": f"listed{n}",
        "connectionType": "MYSQL",
        "options": {"host": "h", "port": "1", "user": "u", "password": "p"},
    },
    "RegisteredModel": lambda n: {"catalogName": "main", "schemaName": "here", "name": f"listed{n}", "comment": "x"},
    "TagPolicy": lambda n: {"tagKey": f"listed{n}", "values": [{"name": "a"}]},
    "PolicyInfo": lambda n: {
        "name": f"listed{n}",
        "onSecurableType": "CATALOG",
        "onSecurableFullname": "main",
        "forSecurableType": "TABLE",
        "policyType": "POLICY_TYPE_ROW_FILTER",
        "rowFilter": {"functionName": "main.here.f"},
        "toPrincipals": ["account users"],
    },
}
