"""`databricks:index/storageCredential:StorageCredential`: Unity Catalog's `/api/2.1/unity-catalog/storage-credentials`.

No answer holds the secrets of a service principal or an API token; they stay as they were given. The key of a Google service
account is kept and never sent: the API has no place for it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from infra.engine.ports import CheckFailure
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, block, flag, text, zero_block
from infra.providers.databricks.unity.isolation import ISOLATION
from infra.providers.databricks.unity.named import NamedSecurable
from infra.providers.databricks.unity.spelling import any_case

#: The properties of which at least one says what the credential is.
CREDENTIALS: Final = (
    "awsIamRole",
    "azureServicePrincipal",
    "azureManagedIdentity",
    "gcpServiceAccountKey",
    "databricksGcpServiceAccount",
    "cloudflareApiToken",
)


class StorageCredential(NamedSecurable):
    """A credential for cloud storage. Its id is its name."""

    token = "databricks:index/storageCredential:StorageCredential"
    collection = "/api/2.1/unity-catalog/storage-credentials"
    items = "storage_credentials"
    securable_type = "storage_credential"
    secrets: ClassVar = {"azureServicePrincipal": "clientSecret", "cloudflareApiToken": "secretAccessKey"}
    shape = Shape(
        text("api", local=True, choices=("workspace",)),
        zero_block(
            "awsIamRole",
            text("externalId", computed=True, derived=True),
            text("roleArn", required=True),
            text("unityCatalogIamArn", computed=True, derived=True),
        ),
        zero_block(
            "azureManagedIdentity",
            text("accessConnectorId", required=True),
            text("credentialId", computed=True, derived=True),
            text("managedIdentityId"),
        ),
        zero_block(
            "azureServicePrincipal",
            text("applicationId", required=True),
            text("clientSecret", required=True, secret=True),
            text("directoryId", required=True),
        ),
        zero_block(
            "cloudflareApiToken",
            text("accessKeyId", required=True),
            text("accountId", required=True),
            text("secretAccessKey", required=True, secret=True),
        ),
        text("comment"),
        zero_block(
            "databricksGcpServiceAccount",
            text("credentialId", computed=True, derived=True),
            text("email", computed=True, derived=True),
            computed=True,
            attribute=True,
        ),
        flag("forceDestroy", local=True),
        flag("forceUpdate", local=True),
        block(
            "gcpServiceAccountKey",
            text("email", required=True),
            text("privateKey", required=True, secret=True),
            text("privateKeyId", required=True),
            local=True,
        ),
        text("isolationMode", computed=True, choices=ISOLATION),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME, replaces=True, alike=any_case),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        flag("readOnly", absent=False),
        flag("skipValidation"),
        text("storageCredentialId", output=True, api="id"),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        if all(inputs.get(name) is None for name in CREDENTIALS):
            yield CheckFailure("awsIamRole", f"a storage credential takes at least one of {', '.join(CREDENTIALS)}")

    def wanted(self, inputs: Properties) -> Answer:
        wanted = super().wanted(inputs)
        if "aws_iam_role" in wanted:
            wanted["aws_iam_role"] = {"role_arn": wanted["aws_iam_role"]["role_arn"]}
        return wanted

    def change(self, inputs: Properties) -> Answer:
        change = super().change(inputs)
        change.pop("databricks_gcp_service_account", None)  # cannot be changed
        if "azure_managed_identity" in change:
            change["azure_managed_identity"].pop("credential_id", None)
        return change
