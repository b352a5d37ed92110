"""Secret scopes, their secrets, who may read them."""
