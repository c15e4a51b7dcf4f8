"""Parts of `scenarios.break_even`: the curve of a difference, where it crosses zero, and budgets that turn a plan."""
