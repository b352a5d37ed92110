"""The cloud identities inside storage and service credentials: what a request may say of one, what the workspace adds.

databricks-sdk `catalog.AwsIamRoleResponse`, `AzureManagedIdentityResponse`, `AzureServicePrincipal`, `CloudflareApiToken`,
`DatabricksGcpServiceAccountResponse`. Secrets are not kept: no endpoint answers them, and nothing here signs in with them.
"""

from __future__ import annotations

import re
from typing import Any, Final

from infra.emulator.errors import InvalidParameter
from infra.emulator.store import Document
from infra.emulator.workspace import Workspace

#: Databricks' own role, which assumes those of its customers (docs.databricks.com, "storage credentials on AWS").
UNITY_CATALOG_ROLE: Final = "arn:aws:iam::414351767826:role/unity-catalog-prod-UCMasterRole-14S5ZJVKOTYTL"
KINDS: Final = (
    "aws_iam_role",
    "azure_managed_identity",
    "azure_service_principal",
    "databricks_gcp_service_account",
    "cloudflare_api_token",
)
_REQUIRED: Final = {
    "aws_iam_role": ("role_arn",),
    "azure_managed_identity": ("access_connector_id",),
    "azure_service_principal": ("directory_id", "application_id", "client_secret"),
    "databricks_gcp_service_account": (),
    "cloudflare_api_token": ("access_key_id", "account_id", "secret_access_key"),
}
_SECRET: Final = ("client_secret", "secret_access_key")
_ROLE: Final = re.compile(r"^arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+$")


def given(body: dict[str, Any]) -> str | None:
    """Which kind of identity a request names. Raises InvalidParameter for more than one."""
    named = [kind for kind in KINDS if body.get(kind) is not None]
    if len(named) > 1:
        raise InvalidParameter(f"Exactly one cloud credential must be given, got {', '.join(named)}")
    return named[0] if named else None


def identity(workspace: Workspace, kind: str, said: dict[str, Any], former: Document | None = None) -> Document:
    """An identity as answers show it. `former` is the one of the same kind before, whose ids stay."""
    missing = [field for field in _REQUIRED[kind] if not said.get(field)]
    if missing:
        raise InvalidParameter(f"{kind} needs {', '.join(missing)}")
    if kind == "aws_iam_role" and not _ROLE.match(str(said["role_arn"])):
        raise InvalidParameter(
            f"The IAM role ARN '{said['role_arn']}' is not valid: expected arn:aws:iam::<account>:role/<name>"
        )
    shown = {field: value for field, value in said.items() if field not in _SECRET and value not in (None, "")}
    added = _new(workspace, kind)
    return shown | {field: (former or added).get(field, value) for field, value in added.items()}


def _new(workspace: Workspace, kind: str) -> Document:
    fresh = workspace.new_uuid()
    return {
        "aws_iam_role": {"external_id": fresh, "unity_catalog_iam_arn": UNITY_CATALOG_ROLE},
        "azure_managed_identity": {"credential_id": fresh},
        "databricks_gcp_service_account": {
            "credential_id": fresh,
            "email": f"db-uc-credential-{fresh[:8]}@uc-useast1.iam.gserviceaccount.com",
        },
    }.get(kind, {})
