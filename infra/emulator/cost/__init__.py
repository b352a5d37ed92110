"""What the account spends: budgets, and the tags that serverless usage is put down to."""
