"""Who may reach a workspace from where."""
