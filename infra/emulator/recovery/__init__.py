"""Disaster recovery of the account: failover groups and stable URLs. Kept; nothing is replicated."""
