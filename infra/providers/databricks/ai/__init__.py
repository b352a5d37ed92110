"""Experiments, serving endpoints, vector search."""
