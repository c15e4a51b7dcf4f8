"""Paths in lanes: compiled code that looks as if it handled one path and handles `WIDTH` of them.

A `Lanes` value holds one number for each of `WIDTH` paths and lives in vector registers; a `Mask` holds one truth
value for each. Branches become `select`; tables of lanes are read and written a vector at a time. Explicit vectors are
used because compilers do not find these by themselves in loops over many arrays.
"""

WIDTH = 16  # two registers of 512 bits or four of 256: enough chains of operations to hide the wait for each
