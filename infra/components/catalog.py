"""A domain's catalog: its schemas, their volumes, and who may do what on each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_databricks as databricks

from infra.components.principals import Principals
from infra.models import Environment

if TYPE_CHECKING:
    from infra.models.catalog import Catalog as CatalogModel
    from infra.models.catalog import Schema as SchemaModel
    from infra.models.catalog import Volume as VolumeModel
    from infra.models.securable import Grants


@dataclass(frozen=True, slots=True)
class CatalogArgs:
    """Which domain of which environment; whom its grants may name."""

    environment: Environment
    domain: str
    principals: Principals


class Catalog(pulumi.ComponentResource):
    """`catalog_name` is its name in SQL; `opts.protect` is not read, the environment says what is protected.

    What is not protected is removed with the data in it (`force_destroy`).
    """

    def __init__(self, name: str, args: CatalogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:catalog:Catalog", name, None, opts)
        self._args = args
        model = args.environment.catalogs[args.domain]
        catalog = self._catalog(name, model)
        self.catalog_name: pulumi.Output[str] = catalog.name
        self._grants(name, model.grants, "catalog", catalog.name)
        for key, schema in model.schemas.items():
            self._schema(f"{name}.{key}", key, model, schema)
        self.register_outputs({"catalog_name": self.catalog_name})

    def _catalog(self, name: str, model: CatalogModel) -> databricks.Catalog:
        protect = self._args.environment.protects(model)
        return databricks.Catalog(
            name,
            name=self._args.environment.catalog_name(self._args.domain),
            comment=model.comment,
            owner=self._owner(model.owner),
            isolation_mode=model.isolation.upper(),
            storage_root=model.storage,
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
            owner=self._owner(model.owner),
            properties=model.properties or None,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        full_name = pulumi.Output.concat(schema.catalog_name, ".", schema.name)
        self._grants(name, model.grants, "schema", full_name)
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
            owner=self._owner(model.owner),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        full_name = pulumi.Output.concat(volume.catalog_name, ".", volume.schema_name, ".", volume.name)
        self._grants(name, model.grants, "volume", full_name)

    def _grants(self, name: str, grants: Grants, kind: str, securable: pulumi.Output[str]) -> None:
        """One `Grant` for each principal: whoever the environment does not name keeps what they have."""
        on = {kind: securable}
        for principal, granted in grants.items():
            databricks.Grant(
                f"{name}/{principal}",
                principal=self._args.principals.name(principal),
                privileges=list(self._args.environment.identities.privileges(granted)),
                catalog=on.get("catalog"),
                schema=on.get("schema"),
                volume=on.get("volume"),
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _owner(self, key: str | None) -> pulumi.Output[str] | None:
        return self._args.principals.name(key) if key is not None else None
