"""What others do with budgets, to be compared with: each a class with `reset` and `step` as a game wants them."""
