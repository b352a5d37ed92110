"""Queries: parsed as Databricks SQL, their names resolved, their functions rewritten, run as DuckDB SQL."""
