"""`roadfolio schema`: the JSON schema of scenario files, or of a document that a command prints."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.arguments import Json, NoSeed
from scenarios.documents import DOCUMENTS

Document = Annotated[
    str | None,
    typer.Option(
        "--document",
        help=f"Of this document instead: {', '.join(DOCUMENTS)}.",
    ),
]


def run(document: Document = None, _json: Json = False, _seed: NoSeed = 0) -> None:
    """Print the schema, which is a JSON document with and without --json."""
    from scenarios.cli.output import emit

    if document is None:
        from scenarios.schema import scenario_schema

        emit(scenario_schema())
        return
    from scenarios.documents import schema

    emit(schema(document))
