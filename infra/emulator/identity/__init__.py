"""Who there is: users, service principals, groups, their tokens, and permissions on workspace objects."""
