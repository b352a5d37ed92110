"""Cases of `test_roundtrip` for Unity Catalog's securables beyond catalogs, schemas and volumes."""

from __future__ import annotations

from collections.abc import Callable

from infra.engine.values import Properties, Secret

Make = Callable[[dict[str, str]], Properties]
ROLE = "arn:aws:iam::123456789012:role/lake"

#: Types whose objects say when they were made.
UNITY_DATED = {"StorageCredential", "ExternalLocation", "Credential", "Connection"}
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
}
