"""Paths in lanes: compiled code that looks as if it handled one path and handles `WIDTH` of them.

A `Lanes` value holds one number for each of `WIDTH` paths and lives in vector registers; a `Mask` holds one truth
value for each. Branches become `select`; tables of lanes are read and written a vector at a time. Explicit vectors are
used because compilers do not find these by themselves in loops over many arrays.
"""

from sim.lanes.values import WIDTH

__all__ = ["WIDTH"]
