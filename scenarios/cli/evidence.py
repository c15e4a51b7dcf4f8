"""`roadfolio evidence`: the published figures of the library."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed

Words = Annotated[
    list[str] | None, typer.Argument(metavar="[WORD...]", help="What to look for, such as ransomware; nothing: all.")
]


def run(words: Words = None, json: Json = False, _seed: NoSeed = 0) -> None:
    """Search the published figures: value, population, year, source, how far verified, and where sources disagree."""
    from scenarios.cli.output import console, emit
    from scenarios.evidence.search import search

    found = search(" ".join(words or ()))
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.evidence import show_evidence

    show_evidence(found, console())
