"""Boxes of driver values in which a roadmap fails (PRIM), the criterion, and the report."""
