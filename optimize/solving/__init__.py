"""How a program is solved: one run of a solver, ties, and the mix for large ones."""
