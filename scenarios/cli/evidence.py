"""`roadfolio evidence`: the published figures of the library."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed
from scenarios.cli.excel import Excel, Overwrite, check_excel, write_excel

Words = Annotated[
    list[str] | None, typer.Argument(metavar="[WORD...]", help="What to look for, such as ransomware; nothing: all.")
]


def run(
    words: Words = None, excel: Excel = None, force: Overwrite = False, json: Json = False, _seed: NoSeed = 0
) -> None:
    """Search the published figures: value, population, year, source, how far verified, and where sources disagree."""
    from scenarios.cli.output import console, emit
    from scenarios.evidence.search import search

    check_excel(excel, overwrite=force)
    found = search(" ".join(words or ()))
    write_excel(excel, found.document(), "evidence", overwrite=force)
    if json:
        emit(found.document())
        return
    from scenarios.cli.render.evidence import show_evidence

    show_evidence(found, console())
