"""Delta Sharing: recipients, what is shared with them, and their right to read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_databricks as databricks

from infra.components.surroundings import Surroundings
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.sharing import Recipient, Share, SharedObject

#: Kinds whose name in the share is no table's.
_NO_TABLES: Final = frozenset({"VOLUME", "MODEL"})


@dataclass(frozen=True, slots=True)
class SharingArgs:
    """Whose `sharing`, and the catalogs and principals that it names."""

    environment: Environment
    surroundings: Surroundings


class Sharing(pulumi.ComponentResource):
    """Whoever is no recipient of a share reads nothing of it."""

    def __init__(self, name: str, args: SharingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:sharing:Sharing", name, None, opts)
        self._environment, self._around = args.environment, args.surroundings
        self._inside = pulumi.ResourceOptions(parent=self)
        sharing = args.environment.sharing
        recipients = {key: self._recipient(key, model) for key, model in sharing.recipients.items()}
        for key, share in sharing.shares.items():
            self._share(key, share, recipients)
        self.register_outputs({})

    def _recipient(self, key: str, model: Recipient) -> databricks.Recipient:
        return databricks.Recipient(
            key,
            name=self._environment.recipient_name(key),
            comment=model.comment,
            owner=self._around.principals.name(model.owner) if model.owner else None,
            authentication_type="DATABRICKS" if model.metastore else "TOKEN",
            data_recipient_global_metastore_id=model.metastore,
            ip_access_list=databricks.RecipientIpAccessListArgs(allowed_ip_addresses=list(model.addresses))
            if model.addresses
            else None,
            properties_kvpairs=databricks.RecipientPropertiesKvpairsArgs(properties=dict(model.properties))
            if model.properties
            else None,
            opts=self._inside,
        )

    def _share(self, key: str, model: Share, recipients: dict[str, databricks.Recipient]) -> None:
        share = databricks.Share(
            key,
            name=self._environment.share_name(key),
            comment=model.comment,
            owner=self._around.principals.name(model.owner) if model.owner else None,
            objects=[self._object(one) for one in sorted(model.objects, key=lambda one: one.name)],
            opts=self._inside,
        )
        for recipient in model.recipients:
            databricks.Grant(
                f"{key}/{recipient}",
                share=share.name,
                principal=recipients[recipient].name,
                privileges=["SELECT"],
                opts=self._inside,
            )

    def _object(self, model: SharedObject) -> databricks.ShareObjectArgs:
        other = model.type in _NO_TABLES
        values = [
            databricks.ShareObjectPartitionValueArgs(name=column, op="EQUAL", value=value)
            for column, value in sorted(model.only.items())
        ]
        return databricks.ShareObjectArgs(
            name=self._around.qualified(model.name),
            data_object_type=model.type,
            comment=model.comment,
            shared_as=None if other else model.shared_as,
            string_shared_as=model.shared_as if other else None,
            cdf_enabled=True if model.changes else None,
            history_data_sharing_status="ENABLED" if model.history else None,
            partitions=[databricks.ShareObjectPartitionArgs(values=values)] if values else None,
        )
