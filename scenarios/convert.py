"""A scenario in the other kind of file: YAML as a workbook, a workbook as YAML, with nothing lost between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios.load import as_yaml, beside, is_workbook, parse, plain, read
from sim.errors import Problem, ProblemsFound

SUFFIXES = (".xlsx", ".yaml", ".yml")


@dataclass(frozen=True)
class Converted:
    """A converted file. content: its bytes. hash: of the scenario, the same before and after. notes: what did not
    come along, such as comments."""

    source: str
    target: str
    hash: str
    content: bytes = field(repr=False)
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio convert` prints."""
        return {
            "schema_version": 1,
            "source": self.source,
            "file": self.target,
            "hash": self.hash,
            "notes": list(self.notes),
        }


def convert(path_or_name: str, target: Path) -> Converted:
    """The content of a scenario file, or of one of the library, as the kind of file that the target's name says.

    Nothing is written. Raises ProblemsFound for a scenario with errors, a name of no known kind, and a text that no
    cell of a workbook can hold.
    """
    if target.suffix.lower() not in SUFFIXES:
        hint = f"end it with {', '.join(SUFFIXES)}"
        raise ProblemsFound([Problem("OUT", f"{target} is no name of a scenario file", str(target), hint)])
    raw, file = read(path_or_name)
    scenario = parse(raw, file)
    to_workbook = target.suffix.lower() == ".xlsx"
    content = workbook(raw, file) if to_workbook else as_yaml(raw, file)
    if parse(content, str(target)) != scenario:  # pragma: no cover (a defect of ours must not pass as a file)
        raise AssertionError("the converted file does not state the same scenario")
    notes = []
    if to_workbook and not is_workbook(raw) and b"#" in raw:
        notes.append("comments of the YAML file have no place in a workbook")
    if beside(path_or_name, file) is not None:
        notes.append(
            f"the calibration beside {file} stays there: `roadfolio calibrate {target}` makes one for the new file"
        )
    return Converted(file, str(target), scenario.hash(), content, tuple(notes))


def workbook(raw: bytes, file: str) -> bytes:
    """The content of a scenario file as a workbook. Raises ProblemsFound."""
    from scenarios.workbooks.write import workbook_bytes

    document = plain(raw, file)
    if document.problems or not document.complete:
        raise ProblemsFound(document.problems)
    return workbook_bytes(document.data, str(document.data.get("title", "")))
