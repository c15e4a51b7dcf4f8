"""Parts of `scenarios.sensitivity`: designs, the figures made of them, and what they are of."""
