"""Unity Catalog's securables and grants."""
