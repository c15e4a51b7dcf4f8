"""Ignorance told apart from chance: variance split, narrowing of the range, probability box, report."""
