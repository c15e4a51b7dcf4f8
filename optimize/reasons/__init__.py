"""Why this and why not that, what conflicts, what would change it."""
