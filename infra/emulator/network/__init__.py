"""Who may reach the workspace from where."""
