"""Principals, memberships, entitlements, permissions."""
