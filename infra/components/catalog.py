"""A domain's catalog: its schemas, their volumes, who may do what on each of them, and what is said about their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.bindings import bind
from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.components.tags import Entity, tag
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.catalog import Catalog as CatalogModel
    from infra.models.catalog import Schema as SchemaModel
    from infra.models.catalog import Volume as VolumeModel


@dataclass(frozen=True, slots=True)
class CatalogArgs:
    """Which domain of which environment; whom its grants may name; the connection that it shows, where it shows one."""

    environment: Environment
    domain: str
    principals: Principals
    connection_name: pulumi.Input[str] | None = None


class Catalog(pulumi.ComponentResource):
    """`catalog_name` is its name in SQL; `opts.protect` is not read, the environment says what is protected.

    What is not protected is removed with the data in it (`force_destroy`).
    """

    def __init__(self, name: str, args: CatalogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:catalog:Catalog", name, None, opts)
        self._args = args
        self._inside = pulumi.ResourceOptions(parent=self)
        self._grantor = Grantor(self, args.environment, args.principals)
        model = args.environment.catalogs[args.domain]
        catalog = self._catalog(name, model)
        self.catalog_name: pulumi.Output[str] = catalog.name
        bind(name, model, "catalog", catalog.name, self._inside)
        self._grantor.grant(name, model.grants, "catalog", catalog.name)
        self._tags(name, model.all_tags, "catalogs", catalog.name)
        for key, schema in model.schemas.items():
            self._schema(f"{name}.{key}", key, model, schema)
        self.register_outputs({"catalog_name": self.catalog_name})

    def _catalog(self, name: str, model: CatalogModel) -> databricks.Catalog:
        protect = self._args.environment.protects(model)
        key = model.encryption_key
        return databricks.Catalog(
            name,
            name=self._args.environment.catalog_name(self._args.domain),
            comment=model.comment,
            owner=self._args.principals.owner(model.owner),
            isolation_mode=model.isolation.upper(),
            storage_root=model.storage,
            managed_encryption_settings=(
                databricks.CatalogManagedEncryptionSettingsArgs(customer_managed_key_id=key) if key else None
            ),
            connection_name=self._args.connection_name,
            options=model.options or None,
            enable_predictive_optimization=model.predictive_optimization and model.predictive_optimization.upper(),
            properties=model.properties or None,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )

    def _schema(self, name: str, key: str, catalog: CatalogModel, model: SchemaModel) -> None:
        protect = self._args.environment.protects(catalog, model)
        schema = databricks.Schema(
            name,
            name=key,
            catalog_name=self.catalog_name,
            comment=model.comment,
            owner=self._args.principals.owner(model.owner),
            storage_root=model.storage,
            enable_predictive_optimization=model.predictive_optimization and model.predictive_optimization.upper(),
            properties=model.properties or None,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        full_name = pulumi.Output.concat(schema.catalog_name, ".", schema.name)
        self._grantor.grant(name, model.grants, "schema", full_name)
        self._tags(name, model.all_tags, "schemas", full_name)
        for volume_key, volume in model.volumes.items():
            volume_protect = self._args.environment.protects(catalog, model, volume)
            self._volume(f"{name}.{volume_key}", volume_key, schema, volume, protect=volume_protect)

    def _volume(self, name: str, key: str, schema: databricks.Schema, model: VolumeModel, *, protect: bool) -> None:
        volume = databricks.Volume(
            name,
            name=key,
            catalog_name=schema.catalog_name,
            schema_name=schema.name,
            volume_type="EXTERNAL" if model.location else "MANAGED",
            storage_location=model.location,
            comment=model.comment,
            owner=self._args.principals.owner(model.owner),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        full_name = pulumi.Output.concat(volume.catalog_name, ".", volume.schema_name, ".", volume.name)
        self._grantor.grant(name, model.grants, "volume", full_name)
        self._tags(name, model.tags, "volumes", full_name)

    def _tags(self, name: str, tags: Mapping[str, str], kind: Entity, entity: pulumi.Output[str]) -> None:
        tag(name, tags, kind, entity, self._inside)
