"""What a lakehouse stands on: the metastore's grants, storage outside of it, connections to other databases, governed tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra.components.federation import ForeignConnection, ForeignConnectionArgs
from infra.components.metastore import Metastore, MetastoreArgs
from infra.components.principals import Principals
from infra.components.secret_values import SecretValues
from infra.components.storage import ExternalLocation, ExternalLocationArgs, StorageCredential, StorageCredentialArgs
from infra.components.tags import GovernedTags, GovernedTagsArgs
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class Foundation:
    """What catalogs build on, by the keys of the environment file."""

    locations: Mapping[str, ExternalLocation]
    connections: Mapping[str, ForeignConnection]
    tags: GovernedTags | None

    @property
    def components(self) -> list[pulumi.Resource]:
        """Everything, for what may only start once all of it is there."""
        return [*self.locations.values(), *self.connections.values(), *([self.tags] if self.tags else [])]


def foundation(
    environment: Environment, values: SecretValues, principals: Principals, options: pulumi.ResourceOptions
) -> Foundation:
    """Register the environment's foundation; `values` are those of its secrets."""
    if environment.metastore is not None:
        Metastore("metastore", MetastoreArgs(environment, environment.metastore, principals), options)
    credentials = {
        key: StorageCredential(key, StorageCredentialArgs(environment, key, principals), options)
        for key in environment.storage.credentials
    }
    return Foundation(
        locations={
            key: ExternalLocation(
                key,
                ExternalLocationArgs(environment, key, credentials[location.credential].credential_name, principals),
                options,
            )
            for key, location in environment.storage.locations.items()
        },
        connections={
            key: ForeignConnection(key, ForeignConnectionArgs(environment, key, values, principals), options)
            for key in environment.connections
        },
        tags=GovernedTags("tags", GovernedTagsArgs(environment), options) if environment.governance.tags else None,
    )
