"""Decisions across driver worlds and futures: what is funded, regret, satisficing, and the report."""
