"""Make what in the documentation is made: `python -m docs.build`, or only the parts that are named.

scenario   docs/clinic.yaml, out of the blocks of docs/clinic.md
reference  docs/reference.md, out of the schema of scenario files
output     the output that pages show below their commands
pictures   docs/pictures, in a headless Chromium
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from docs.build.scenario import WALK, grown

HERE: Final = Path(__file__).resolve().parents[1]
SCENARIO: Final = HERE / "clinic.yaml"
REFERENCE: Final = HERE / "reference.md"


def scenario() -> str:
    """The scenario file that the walk through the clinic ends with."""
    return grown((HERE / WALK).read_text(encoding="utf-8"))


def reference_page() -> str:
    """The page of the schema."""
    from docs.build.examples import Examples
    from docs.build.reference import reference
    from scenarios.schema import scenario_schema
    from sim.quantities import FORMS

    return reference(scenario_schema(), Examples(), FORMS)


def outputs() -> None:
    """Write anew the pages that show output."""
    from docs.build.pages import refreshed

    for page in sorted(HERE.glob("*.md")):
        if "<!-- output:" in page.read_text(encoding="utf-8"):
            with tempfile.TemporaryDirectory() as folder:
                save(page, refreshed(page, Path(folder)))


def pictures() -> None:
    """Draw every picture anew."""
    from docs.build.pictures import PICTURES, draw

    draw(list(PICTURES), HERE / "pictures")


def save(path: Path, text: str) -> None:
    """Write a file where its text has changed, and say so."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"written: docs/{path.name}")


STEPS: Final = {
    "scenario": lambda: save(SCENARIO, scenario()),
    "reference": lambda: save(REFERENCE, reference_page()),
    "output": outputs,
    "pictures": pictures,
}


def main(wanted: list[str]) -> int:
    """Make the named parts, or all; 2 for a name that is none."""
    if unknown := [name for name in wanted if name not in STEPS]:
        print(f"unknown: {', '.join(unknown)}; one of {', '.join(STEPS)}", file=sys.stderr)
        return 2
    for name in wanted or STEPS:
        STEPS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
