"""Jobs and their runs: settings, task graphs, what each task does, what came of it."""
