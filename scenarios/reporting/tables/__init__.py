"""The parts of the report that are tables, one module each: a function of the run that returns a `Part`."""
