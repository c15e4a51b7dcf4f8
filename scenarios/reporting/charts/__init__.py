"""The charts of the report, one module each: a function of the run that returns a `Part`."""
