"""`python -m scenarios.cli` is `roadfolio`."""

from scenarios.cli import main

main()
