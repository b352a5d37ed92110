"""Clusters, their policies and pools: their records and states. Nothing runs on them."""
