"""Benchmarks: every answer is validated before it is timed, every ratio is taken within one run.

`python -m benchmarks` runs them all; the protocol of each stands in its module.
"""
