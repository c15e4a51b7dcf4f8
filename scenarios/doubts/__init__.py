"""What in a valid scenario is likely not meant: each doubt with the rule behind it."""
