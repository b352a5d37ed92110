"""Databricks SQL on DuckDB: what a SQL warehouse of this workspace understands.

A statement is read by token (`tokens`), sent to its family (`statements`), and queries are translated (`query`): names to
physical tables, views to their text, functions to DuckDB's. `session` is the way in. What is not known is refused by name.
Metadata is the workspace's own documents; nothing is kept in DuckDB but rows and their commits
(`infra.emulator.warehouses.lake`).
"""
