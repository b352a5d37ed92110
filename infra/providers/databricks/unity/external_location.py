"""`databricks:index/externalLocation:ExternalLocation`: Unity Catalog's `/api/2.1/unity-catalog/external-locations`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from infra.engine.ports import CheckFailure
from infra.engine.values import Properties
from infra.providers.databricks.client import Answer
from infra.providers.databricks.shapes import AUTO_NAME, PROVIDER_CONFIG, Field, Shape, flag, integer, text, zero_block
from infra.providers.databricks.unity.isolation import ISOLATION
from infra.providers.databricks.unity.named import NamedSecurable
from infra.providers.databricks.unity.spelling import any_case, slashed

#: Kinds of queues, and the properties of each besides its resource's id.
_QUEUES: Final = {
    "managedAqs": ("queueUrl", "resourceGroup", "subscriptionId"),
    "managedPubsub": ("subscriptionName",),
    "managedSqs": ("queueUrl",),
    "providedAqs": ("queueUrl", "resourceGroup", "subscriptionId"),
    "providedPubsub": ("subscriptionName",),
    "providedSqs": ("queueUrl",),
}
_REQUIRED: Final = {
    ("managedAqs", "resourceGroup"),
    ("managedAqs", "subscriptionId"),
    ("providedAqs", "queueUrl"),
    ("providedPubsub", "subscriptionName"),
    ("providedSqs", "queueUrl"),
}


def _queue(name: str, *, effective: bool, **options: Any) -> Field:
    kinds = (
        zero_block(
            kind,
            text("managedResourceId", computed=True, derived=True),
            *(text(each, required=not effective and (kind, each) in _REQUIRED) for each in properties),
        )
        for kind, properties in _QUEUES.items()
    )
    return zero_block(name, *kinds, **options)


class ExternalLocation(NamedSecurable):
    """A path in cloud storage with the credential for it. Its id is its name."""

    token = "databricks:index/externalLocation:ExternalLocation"
    collection = "/api/2.1/unity-catalog/external-locations"
    items = "external_locations"
    securable_type = "external_location"
    shape = Shape(
        flag("browseOnly", output=True, absent=False),
        text("comment"),
        integer("createdAt", output=True, absent=0),
        text("createdBy", output=True, absent=""),
        text("credentialId", output=True, absent=""),
        text("credentialName", required=True, alike=any_case),
        _queue("effectiveFileEventQueue", effective=True, computed=True, derived=True, attribute=True),
        flag("effectiveEnableFileEvents", output=True, absent=False),
        flag("enableFileEvents", absent=False),
        zero_block("encryptionDetails", zero_block("sseEncryptionDetails", text("algorithm"), text("awsKmsKeyArn"))),
        flag("fallback", absent=False),
        _queue("fileEventQueue", effective=False),
        flag("forceDestroy", local=True),
        flag("forceUpdate", local=True),
        text("isolationMode", computed=True, choices=ISOLATION),
        text("metastoreId", computed=True, derived=True),
        text("name", default=AUTO_NAME, replaces=True, alike=any_case),
        text("owner", computed=True),
        PROVIDER_CONFIG,
        flag("readOnly", absent=False),
        flag("skipValidation"),
        integer("updatedAt", output=True, absent=0),
        text("updatedBy", output=True, absent=""),
        text("url", required=True, alike=slashed),
    )

    def verify(self, inputs: Properties) -> Iterator[CheckFailure]:
        queue = inputs.get("fileEventQueue")
        kinds = [kind for kind in _QUEUES if isinstance(queue, dict) and queue.get(kind) is not None]
        if len(kinds) > 1:
            yield CheckFailure("fileEventQueue", f"takes one kind of queue: {' and '.join(kinds)} are given")

    def change(self, inputs: Properties) -> Answer:
        change = super().change(inputs)
        for queue in change.get("file_event_queue", {}).values():
            queue.pop("managed_resource_id", None)
        if not change.get("enable_file_events"):
            change.pop("file_event_queue", None)
        return change
