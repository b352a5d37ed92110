"""The schemas of the catalog `system` that the environment switches on, and who may read them."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_databricks as databricks

from infra.components.grants import Grantor
from infra.components.principals import Principals
from infra.models import Environment


@dataclass(frozen=True, slots=True)
class SystemSchemasArgs:
    """The environment whose `governance.system_schemas` are to be; whom its grants may name."""

    environment: Environment
    principals: Principals


class SystemSchemas(pulumi.ComponentResource):
    """Whoever is granted something in one of them is let into the catalog `system` as well: one is no use without the other."""

    def __init__(self, name: str, args: SystemSchemasArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lakestead:system_schemas:SystemSchemas", name, None, opts)
        grantor = Grantor(self, args.environment, args.principals)
        readers: dict[str, tuple[str, ...]] = {}
        schemas: list[databricks.SystemSchema] = []
        for key, model in args.environment.governance.system_schemas.items():
            schema = databricks.SystemSchema(key, schema=key, opts=pulumi.ResourceOptions(parent=self))
            grantor.grant(f"system.{key}", model.grants, "schema", pulumi.Output.concat("system.", schema.schema))
            schemas.append(schema)
            readers |= dict.fromkeys(model.grants, ("USE_CATALOG",))
        # The catalog `system` is sure to be there once one of its schemas is switched on.
        Grantor(self, args.environment, args.principals, schemas).grant("system", readers, "catalog", "system")
        self.register_outputs({})
