"""What runs code: SQL warehouses."""
