"""The command line: `roadfolio`."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments of the process name, and exit with its code."""
    from scenarios.cli import app

    app.main()
