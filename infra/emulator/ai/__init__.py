"""Experiments, serving endpoints, vector search: what is declared of them. Nothing is trained, served or searched here."""
