"""Choices put side by side: budgets, attitudes to risk."""
