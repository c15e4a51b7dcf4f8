"""Problems that others published with their optima, each read into a `RoadmapProblem`; one file a family of cases.

    python -m benchmarks.cases [--only FAMILY] [--seconds 60] [--quick] [--smoke]

Small records are copied to tests/data. Instance files belong to others and stay outside: their folder is named by the
environment variable ROADFOLIO_CASES, or is `shared/cases` beside this repository. What is absent is skipped, and said.
"""
