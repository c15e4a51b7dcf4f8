"""An asset register as a CSV file -> systems of a scenario. Nothing vanishes silently, and no file is written here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.assets.systems import ImportedSystem


@dataclass(frozen=True)
class Imported:
    """What an import gives. text: the scenario with the systems, YAML. unused_rows: line, row and reason;
    unused_columns: head and reason. dates, decimals: how they were read, None where nothing depends on it."""

    assets: str
    scenario: str
    hash: str
    delimiter: str
    dates: str | None
    decimals: str | None
    systems: tuple[ImportedSystem, ...]
    unused_rows: tuple[tuple[int, str, str], ...]
    unused_columns: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    text: str

    def document(self) -> dict[str, Any]:
        """The JSON document that `roadfolio import-assets` prints."""
        return {
            "schema_version": 1,
            "assets": self.assets,
            "scenario": self.scenario,
            "hash": self.hash,
            "delimiter": self.delimiter,
            "dates": self.dates,
            "decimals": self.decimals,
            "systems": [
                {"name": one.name, "line": one.line, "asset": one.asset[:200], "kind": one.kind,
                 "age_years": one.fields["age_years"], "support_ends_month": one.fields.get("support_ends_month"),
                 "replacement": one.fields.get("refresh"), "notes": list(one.notes)}
                for one in self.systems
            ],
            "unused_rows": [{"line": line, "row": row, "reason": reason} for line, row, reason in self.unused_rows],
            "unused_columns": [{"column": column, "reason": reason} for column, reason in self.unused_columns],
            "notes": list(self.notes),
        }  # fmt: skip

    def __repr__(self) -> str:
        unused = f"{len(self.unused_rows)} rows and {len(self.unused_columns)} columns not used"
        return f"Imported({len(self.systems)} systems from {self.assets}, {unused})"


def import_assets(
    assets: str | Path, path_or_name: str, *, dates: str | None = None, decimals: str | None = None
) -> Imported:
    """The systems of an asset register, added to a scenario; nothing is written.

    assets: a CSV file with a row of heads: name or type, date of purchase, end of warranty, cost, in any order and with
    usual synonyms. dates: `dmy`, `mdy` or `ymd`; decimals: `point` or `comma`; None: what the file itself shows.
    Raises ProblemsFound with everything that is wrong or can be read in two ways, and where no row becomes a system.
    """
    from scenarios.assets.insertion import refused, with_systems
    from scenarios.assets.register import read_register
    from scenarios.assets.systems import Readings, conventions, systems_of
    from scenarios.load import as_yaml, parse, plain, read

    raw, file = read(path_or_name)
    scenario = parse(raw, file)
    register = read_register(_bytes(assets), str(assets))
    start = datetime.date(int(scenario.start[:4]), int(scenario.start[5:7]), 1)
    how = conventions(register, Readings(dates, decimals))
    found = systems_of(register, start, scenario.profile.currency, scenario.systems, how, str(assets))
    if not found:
        reasons = [Problem("", f"{row.text[:80]}: {reason}", file=str(assets), line=row.line)
                   for row, reason in register.unused_rows]  # fmt: skip
        raise ProblemsFound(reasons or [Problem("", "the register has heads but no rows", file=str(assets))])
    before = as_yaml(raw, file).decode("utf-8-sig")
    text = with_systems(before, found, file, Path(assets).name)
    expected = dict(plain(raw, file).data)
    expected["systems"] = {**(expected.get("systems") or {}), **{one.name: one.fields for one in found}}
    if plain(text.encode(), file).data != _as_read(expected):
        raise refused(file)
    notes = [*register.notes, "no step needs the new systems yet: name them as `system` of steps whose work stops"]
    if any("support_ends_month" in one.fields for one in found):
        notes.append("the end of a warranty counts once `unsupported_failures` or `unsupported_attacks` is above 1")
    return Imported(
        str(assets), file, parse(text.encode(), file).hash(), register.delimiter, how.dates, how.decimals, tuple(found),
        tuple((row.line, row.text, reason) for row, reason in register.unused_rows), tuple(register.unused_columns),
        tuple(dict.fromkeys(notes)), text,
    )  # fmt: skip


def _as_read(data: Any) -> Any:
    """Plain data as a YAML file would give it back."""
    from scenarios.positions import read_yaml
    from scenarios.workbooks.flow import yaml_text

    return read_yaml(yaml_text(data)).data


def _bytes(path: str | Path) -> bytes:
    from scenarios.assets.register import MAX_BYTES

    name = str(path)
    try:
        if Path(name).is_dir():
            raise ProblemsFound([Problem("ASSETS", f"{name} is a folder", name, "name the file inside it")])
        with Path(name).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ProblemsFound([Problem("ASSETS", f"{name!r} cannot be read: {reason}", name)]) from None
