"""Types of pulumi_databricks, with a provider of the tests behind them."""

import os

import pulumi_databricks as databricks
from pulumi import ResourceOptions

host = databricks.Provider("workspace", host="https://example.com", token="none")
opts = ResourceOptions(provider=host)
schema = databricks.Schema("bronze", catalog_name="main", name="bronze", comment=os.environ["STEP"], opts=opts)
databricks.Volume("landing", catalog_name="main", schema_name=schema.name, volume_type="MANAGED", opts=opts)
