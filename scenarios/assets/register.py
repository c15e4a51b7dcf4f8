"""The content of a CSV file -> rows of an asset register. Encoding, delimiter and the row of the heads are found."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from scenarios.assets.heads import NEEDED, SYNONYMS, Head, head_of
from sim.errors import Problem, ProblemsFound

MAX_BYTES = 2_000_000
MOST_ROWS = 1_000  # a system each: more are no systems of a small business
MOST_COLUMNS = 200
HEADS_WITHIN = 10  # rows in which the heads are looked for: some programs write titles above them
DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
CELL = 32_767


@dataclass(frozen=True)
class AssetRow:
    """One row: its line in the file, and its cells by the field of the head."""

    line: int
    cells: dict[str, str]
    text: str  # the row as it is shown


@dataclass
class Register:
    """A register as it was read. unused_*: what no system takes, with the reason."""

    delimiter: str
    heads: list[Head]
    rows: list[AssetRow] = field(default_factory=list)
    unused_rows: list[tuple[AssetRow, str]] = field(default_factory=list)
    unused_columns: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def head(self, name: str) -> Head | None:
        """The column that holds a field."""
        return next((head for head in self.heads if head.field == name), None)


def read_register(raw: bytes, file: str) -> Register:
    """Read a register. Raises ProblemsFound where the file is no table with the columns that are needed."""
    text, notes = _text(raw, file)
    found: list[tuple[int, Register, list[list[str]], list[int]]] = []
    for sign, name in DELIMITERS.items():
        try:
            table, lines = _table(text, sign)
        except csv.Error as error:
            found.append((-1, Register(name, [], notes=[str(error)]), [], []))
            continue
        for place, row in enumerate(table[:HEADS_WITHIN]):
            heads = [head_of(cell) for cell in row]
            known = len({head.field for head in heads} - {None})
            found.append((known, Register(name, heads), table[place + 1 :], lines[place + 1 :]))
    known, register, table, lines = max(found, key=lambda one: (one[0], len(one[1].heads) if one[0] else 0),
                                        default=(0, Register("comma", []), [], []))  # fmt: skip
    _check_heads(known, register, text, file)
    register.notes += notes
    if len(table) > MOST_ROWS:
        message = f"the register has {len(table):,} rows, and {MOST_ROWS:,} are read at most"
        raise ProblemsFound([Problem("", message, hint="import what the processes need, each as a system", file=file)])
    _single_columns(register)
    for row, line in zip(table, lines, strict=True):
        _row(register, row, line)
    return register


def _text(raw: bytes, file: str) -> tuple[str, list[str]]:
    if len(raw) > MAX_BYTES:
        raise ProblemsFound([Problem("", f"the file is larger than {MAX_BYTES / 1e6:g} MB", file=file)])
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        hint = "save the sheet of the register as CSV: File, Save as, CSV UTF-8"
        raise ProblemsFound([Problem("", "this is a workbook, not CSV", hint=hint, file=file)])
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        notes = [] if encoding != "cp1252" else ["the file is no UTF-8 and was read as Windows text: check the accents"]
        return text, notes
    raise ProblemsFound([Problem("", "this is a binary file, not text", hint="name a CSV file", file=file)])


def _table(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Rows that hold something, and the line where each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    for row in reader:
        if any(cell.strip() for cell in row) and not (row[0].startswith("sep=") and len(row) <= 2):
            rows.append([cell.strip() for cell in row])
            lines.append(reader.line_num)
    return rows, lines


def _check_heads(known: int, register: Register, text: str, file: str) -> None:
    if not text.strip():
        raise ProblemsFound([Problem("", "the file is empty", hint="name a CSV file with a row of heads", file=file)])
    if known < 0:
        hint = "write a quote inside a quoted cell twice, and close each"
        raise ProblemsFound([Problem("", f"the quotes of the file are broken: {register.notes[0]}", None, hint, file)])
    missing = [name for name in NEEDED if register.head(name) is None]
    if "name" in missing and register.head("type") is not None:
        missing.remove("name")
    problems = []
    shown = ", ".join(head.text[:40] for head in register.heads[:20] if head.text) if known else ""
    for name in missing:
        hint = f"call it one of: {', '.join(SYNONYMS[name][:8])}"
        seen = f"; its heads are: {shown}" if shown else ""
        what = {"name": "name of an asset", "purchased": "date of purchase"}[name]
        problems.append(Problem(name, f"the file has no column with the {what}{seen}", None, hint, file, line=1))
    if len(register.heads) > MOST_COLUMNS:
        problems.append(
            Problem("", f"the file has more than {MOST_COLUMNS} columns", None, "remove some", file, line=1)
        )
    if problems:
        raise ProblemsFound(problems)


def _single_columns(register: Register) -> None:
    """Each field is taken from one column; what is left over is told."""
    taken: set[str] = set()
    for i, head in enumerate(register.heads):
        if head.field is None:
            if head.text:
                register.unused_columns.append((head.text, "a system has nothing that it could become"))
        elif head.field in taken:
            first = register.head(head.field)
            assert first is not None
            register.unused_columns.append((head.text, f"the {head.field} was taken from the column {first.text}"))
            register.heads[i] = Head(head.text, None, head.remark)
        else:
            taken.add(head.field)


def _row(register: Register, row: list[str], line: int) -> None:
    cells = dict(_cells(register.heads, row))
    found = AssetRow(line, cells, "; ".join(cell for cell in row if cell)[:200])
    beyond = [cell for cell in row[len(register.heads) :] if cell]
    if beyond:
        reason = (
            f"it has {len(row)} cells and the heads are {len(register.heads)}: "
            f"is a {register.delimiter} inside a cell that has no quotes?"
        )
        register.unused_rows.append((found, reason))
    else:
        register.rows.append(found)


def _cells(heads: list[Head], row: list[str]) -> Iterator[tuple[str, str]]:
    for head, cell in zip(heads, row, strict=False):
        if head.field is not None:
            yield head.field, cell[:CELL]
