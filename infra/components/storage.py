"""Storage outside the metastore's own: credentials, the places that they reach, and who may use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.bindings import bind
from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.storage import Encryption


@dataclass(frozen=True, slots=True)
class StorageCredentialArgs:
    """Which credential of which environment; whom its grants may name."""

    environment: Environment
    key: str
    principals: Principals


class StorageCredential(pulumi.ComponentResource):
    """`credential_name` is what locations name."""

    def __init__(self, name: str, args: StorageCredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:storage:StorageCredential", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        model = args.environment.storage.credentials[args.key]
        credential = databricks.StorageCredential(
            name,
            name=args.environment.credential_name(args.key),
            comment=model.comment,
            owner=args.principals.owner(model.owner),
            aws_iam_role=databricks.StorageCredentialAwsIamRoleArgs(role_arn=model.role),
            read_only=model.read_only or None,
            isolation_mode=f"ISOLATION_MODE_{model.isolation.upper()}",
            opts=inside,
        )
        self.credential_name: pulumi.Output[str] = credential.name
        bind(name, model, "storage_credential", credential.name, inside)
        Grantor(self, args.environment, args.principals).grant(name, model.grants, "storage_credential", credential.name)
        self.register_outputs({"credential_name": self.credential_name})


@dataclass(frozen=True, slots=True)
class ExternalLocationArgs:
    """Which location of which environment, the name of its credential, whom its grants may name."""

    environment: Environment
    key: str
    credential_name: pulumi.Input[str]
    principals: Principals


class ExternalLocation(pulumi.ComponentResource):
    """`location_name` is its name; whatever lies in it comes after."""

    def __init__(self, name: str, args: ExternalLocationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:storage:ExternalLocation", name, None, opts)
        inside = pulumi.ResourceOptions(parent=self)
        model = args.environment.storage.locations[args.key]
        location = databricks.ExternalLocation(
            name,
            name=args.environment.location_name(args.key),
            url=model.url,
            credential_name=args.credential_name,
            comment=model.comment,
            owner=args.principals.owner(model.owner),
            read_only=model.read_only or None,
            encryption_details=_encryption(model.encryption),
            enable_file_events=model.file_events or None,
            isolation_mode=f"ISOLATION_MODE_{model.isolation.upper()}",
            opts=pulumi.ResourceOptions(parent=self, protect=args.environment.protects(model)),
        )
        self.location_name: pulumi.Output[str] = location.name
        bind(name, model, "external_location", location.name, inside)
        Grantor(self, args.environment, args.principals).grant(name, model.grants, "external_location", location.name)
        self.register_outputs({"location_name": self.location_name})


def _encryption(model: Encryption | None) -> databricks.ExternalLocationEncryptionDetailsArgs | None:
    if model is None:
        return None
    return databricks.ExternalLocationEncryptionDetailsArgs(
        sse_encryption_details=databricks.ExternalLocationEncryptionDetailsSseEncryptionDetailsArgs(
            algorithm=model.algorithm, aws_kms_key_arn=model.key
        )
    )
