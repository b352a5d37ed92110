"""`databricks:index/credential:Credential`: service credentials, Unity Catalog's `/api/2.1/unity-catalog/credentials`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from infra.engine.ports import CheckFailure
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.resource import exactly_one
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Shape, flag, integer, text, zero_block
from infra.providers.databricks.unity.isolation import ISOLATION
from infra.providers.databricks.unity.named import NamedSecurable
from infra.providers.databricks.unity.spelling import any_case
from infra.providers.databricks.workspace import Workspace

_CREDENTIALS: Final = ("awsIamRole", "azureManagedIdentity", "azureServicePrincipal", "databricksGcpServiceAccount")


class Credential(NamedSecurable):
    """A credential for a cloud's services, or for storage, as its purpose says. Its id is its name."""

    token = "databricks:index/credential:Credential"
    collection = "/api/2.1/unity-catalog/credentials"
    items = "credentials"
    securable_type = "credential"
    secrets: ClassVar = {"azureServicePrincipal": "clientSecret"}
    shape = Shape(
        zero_block(
            "awsIamRole",
            text("externalId", computed=True, derived=True),
            text("roleArn"),
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
        text("comment"),
        integer("createdAt", computed=True, derived=True),
        text("createdBy", computed=True, derived=True),
        text("credentialId", output=True, api="id"),
        text("databricksCredentialId", wire="id", computed=True, derived=True, local=True),
        zero_block(
            "databricksGcpServiceAccount",
            text("credentialId", computed=True, derived=True),
            text("email", computed=True, derived=True),
            text("privateKeyId", computed=True, derived=True),
            computed=True,
            attribute=True,
        ),
        flag("forceDestroy", local=True),
        flag("forceUpdate", local=True),
        text("fullName", computed=True, derived=True),
        text("isolationMode", computed=True, choices=ISOLATION),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME, replaces=True, alike=any_case),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        text("purpose", required=True, choices=("SERVICE", "STORAGE")),
        flag("readOnly", absent=False),
        flag("skipValidation"),
        integer("updatedAt", computed=True, derived=True),
        text("updatedBy", computed=True, derived=True),
        flag("usedForManagedStorage", computed=True, derived=True, absent=False),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        return exactly_one(inputs, _CREDENTIALS, "a credential")

    def stored_outputs(self, workspace: Workspace, id: str, answer: Answer, known: Properties) -> Properties:
        # Terraform keeps its own id where the API's would be: the name.
        return super().stored_outputs(workspace, id, answer, known) | {"databricksCredentialId": id}

    def change(self, inputs: Properties) -> Answer:
        change = super().change(inputs)
        for name in ("databricks_gcp_service_account", "purpose"):  # cannot be changed
            change.pop(name, None)
        if "aws_iam_role" in change:
            change["aws_iam_role"] = {"role_arn": change["aws_iam_role"].get("role_arn")}
        if "azure_managed_identity" in change:
            change["azure_managed_identity"].pop("credential_id", None)
        return change
