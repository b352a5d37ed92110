"""Schemas, nothing else: what a resource costs. At most 5,000 a catalog (Databricks allows 10,000)."""

import pulumi
import pulumi_databricks as databricks

SCHEMAS_A_CATALOG = 5_000

config = pulumi.Config()
count, prefix, revision = config.require_int("resources"), config.require("prefix"), config.require_int("revision")

for first in range(0, count, SCHEMAS_A_CATALOG):
    catalog = databricks.Catalog(f"catalog-{first}", name=f"{prefix}_{first}", comment="A benchmark's catalog")
    for number in range(first, min(count, first + SCHEMAS_A_CATALOG)):
        changed = revision if number == count // 2 else 1
        databricks.Schema(
            f"schema-{number}",
            catalog_name=catalog.name,
            name=f"schema_{number}",
            comment=f"Schema {number}, revision {changed}",
            properties={"number": str(number), "team": f"team_{number % 10}"},
        )
