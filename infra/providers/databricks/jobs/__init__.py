"""Jobs: their settings, compute and tasks."""
