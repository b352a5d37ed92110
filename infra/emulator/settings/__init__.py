"""What is set once for a workspace, and where notifications go."""
