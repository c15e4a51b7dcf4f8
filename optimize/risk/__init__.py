"""Risk in the choice: worlds, tails, chances, futures."""
