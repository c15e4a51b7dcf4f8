"""`roadfolio schema`: the JSON schema of scenario files."""

from __future__ import annotations

from scenarios.cli.arguments import Json, NoSeed


def run(_json: Json = False, _seed: NoSeed = 0) -> None:
    """Print the schema, which is a JSON document with and without --json."""
    from scenarios.cli.output import emit
    from scenarios.schema import scenario_schema

    emit(scenario_schema())
