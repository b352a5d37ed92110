"""Disaster recovery of an account: failover groups and stable URLs."""
