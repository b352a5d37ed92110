"""Databricks resources for the embedded engine, on databricks-sdk.

`plugin` is what the engine loads. A family of resources has a file (`schema`, `grants`, `job`…) with its declaration and its
calls; `registry` lists them. What all types share is in `provider` (what the engine calls), `shapes` (declarations), `inputs`
(checks), `differences`, `documents` (bodies, stored outputs), `client` and `workspace` (the API).
"""

from infra.providers.databricks.plugin import plugin

__all__ = ["plugin"]
