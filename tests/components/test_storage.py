"""Storage credentials, external locations, connections to other databases, grants on the metastore."""

from __future__ import annotations

from tests.stacks.program import SECRET, Registered


def test_a_credential_takes_on_a_role(governed: Registered) -> None:
    """It is kept from other workspaces where the file says so, and bound to those that it names."""
    assert governed.inputs("databricks:index/storageCredential:StorageCredential", "lake") == {
        "name": "lake_governed",
        "owner": "stewards",
        "awsIamRole": {"roleArn": "arn:aws:iam::123456789012:role/lake"},
        "isolationMode": "ISOLATION_MODE_ISOLATED",
    }
    assert governed.inputs("WorkspaceBinding", "lake/second") == {
        "securableName": "lake_governed",
        "securableType": "storage_credential",
        "workspaceId": "42",
        "bindingType": "BINDING_TYPE_READ_WRITE",
    }


def test_a_location_names_its_credential_and_its_key(governed: Registered) -> None:
    """What is written there is encrypted with the key; whether it may be removed, the innermost word says."""
    location = "databricks:index/externalLocation:ExternalLocation"
    key = {"algorithm": "AWS_SSE_KMS", "awsKmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/0a1b"}

    assert governed.inputs(location, "landing") == {
        "name": "landing_governed",
        "url": "s3://acme-lake",
        "credentialName": "lake_governed",
        "encryptionDetails": {"sseEncryptionDetails": key},
        "enableFileEvents": True,
        "isolationMode": "ISOLATION_MODE_ISOLATED",
    }
    assert governed.inputs(location, "archive")["readOnly"] is True
    protected = {name: one["protect"] for name, one in governed.of(location).items()}
    assert protected == {"landing": True, "files": True, "copies": True, "archive": False}


def test_a_connections_password_is_a_secret(governed: Registered) -> None:
    """Options that stand in the file and those that are secret come together, and all of them are kept as a secret."""
    inputs = governed.inputs("databricks:index/connection:Connection", "billing")

    options = inputs.pop("options")
    assert options == {**SECRET, "value": {"host": "db.example.com", "port": "5432", "user": "reader", "password": "passw0rd"}}
    assert inputs == {
        "name": "billing_governed",
        "connectionType": "POSTGRESQL",
        "comment": "What is invoiced",
        "readOnly": True,
    }


def test_a_catalog_may_show_another_database(governed: Registered) -> None:
    """By the name of the connection, on which it depends."""
    assert governed.inputs("databricks:index/catalog:Catalog", "invoices") == {
        "name": "invoices_governed",
        "connectionName": "billing_governed",
        "options": {"database": "billing"},
        "isolationMode": "OPEN",
        "forceDestroy": True,
    }


def test_each_kind_of_securable_is_granted_on_by_its_own_word(governed: Registered) -> None:
    """`Grant` has an input for each."""
    granted = {
        name: sorted(set(governed.inputs("Grant", name)) - {"principal", "privileges"})
        for name in ("metastore/stewards", "lake/stewards", "landing/loader", "billing/analysts", "sales.raw.orders/loader")
    }

    assert granted == {
        "metastore/stewards": ["metastore"],
        "lake/stewards": ["storageCredential"],
        "landing/loader": ["externalLocation"],
        "billing/analysts": ["foreignConnection"],
        "sales.raw.orders/loader": ["table"],
    }


def test_a_catalog_waits_for_the_places_that_it_lies_in(governed: Registered) -> None:
    """The platform refuses a catalog whose storage is in no external location yet."""
    waits_for = {urn.rpartition("::")[2] for urn in governed.of("lakestead:catalog:Catalog")["sales"]["depends_on"]}

    assert {"landing", "archive"} <= waits_for
