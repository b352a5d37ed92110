"""What an account spends: budgets and budget policies."""
