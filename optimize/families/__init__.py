"""The families of constraints of the integer program, one function each."""
