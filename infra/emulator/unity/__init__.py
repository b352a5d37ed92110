"""Unity Catalog: the metastore, its securables, and who may do what with them."""
