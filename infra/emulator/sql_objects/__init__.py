"""Queries, alerts and dashboards."""
