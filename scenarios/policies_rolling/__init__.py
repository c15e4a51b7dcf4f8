"""Policies by rolling simulation: levers, what is observed, continuations of a roadmap, and the rule that picks one."""
