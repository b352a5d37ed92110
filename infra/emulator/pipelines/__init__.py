"""Declarative pipelines: their settings and states. Nothing runs them here."""
