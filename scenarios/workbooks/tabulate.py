"""A JSON document of a command -> tables: one of single figures, one for each list or mapping of alike blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.workbooks.units import Units

SUMMARY, PROVENANCE = "Summary", "Provenance"
MOST_LETTERS = 31  # of a sheet name
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
ERRORS_OF = {  # a block of figures -> the block of their errors
    "categories": "category_errors",
}
KEPT = ("schema_version", "scenario", "seed", "first_draw", "draws", "engine", "points", "randomisations", "currency")
WORDS = ("notes",)


@dataclass(frozen=True)
class ResultTable:
    """One sheet. units: of each head, empty where the head has none, or where a column `unit` says it of each row."""

    name: str
    heads: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, head: str) -> int | None:
        """Number of a column from 0, None where there is none."""
        return self.heads.index(head) if head in self.heads else None


def tables_of(document: Mapping[str, Any]) -> list[ResultTable]:
    """The tables of a document: Summary first, Provenance last."""
    currency = str(document.get("currency", ""))
    single: list[tuple[str, Any]] = []
    tables: list[ResultTable] = []
    source = list(_flat(document.get("provenance", {}), "provenance"))
    source += [
        (key, document[key]) for key in KEPT if key in document and not isinstance(document[key], (list, Mapping))
    ]
    rest = {key: value for key, value in document.items() if key not in ("provenance", *WORDS)}
    rest = {key: value for key, value in rest.items() if key not in KEPT or isinstance(value, (list, Mapping))}
    known = Units(currency, str(document.get("unit") or ""), document.get("kpi_units") or {})
    _collect(rest, "", single, tables, known)
    rows = tuple((path, value, known.of(path) if _is_number(value) else "") for path, value in single)
    notes = tuple(("note", note, "") for note in document.get("notes", ()) or ())
    summary = ResultTable(SUMMARY, ("figure", "value", "unit"), ("", "", ""), (*rows, *notes))
    provenance = ResultTable(PROVENANCE, ("what", "value"), ("", ""), tuple(source))
    return named_apart([summary, *tables, provenance])


def _collect(
    block: Mapping[str, Any], at: str, single: list[tuple[str, Any]], tables: list[ResultTable], known: Units
) -> None:
    """Sort what a block holds: single figures, tables, blocks to look into."""
    joined = {errors for figures, errors in ERRORS_OF.items() if figures in block}
    for key, value in block.items():
        path = f"{at}.{key}" if at else str(key)
        if key in joined or key == "provenance" or (key in KEPT and at and not isinstance(value, list)):
            continue
        if isinstance(value, Mapping) and key in ERRORS_OF and all(_is_number(one) for one in value.values()):
            errors = block.get(ERRORS_OF[key]) or {}
            alike: Any = {name: {"value": one, **(errors.get(name) or {})} for name, one in value.items()}
            tables.append(_table(path, alike.items(), known, "name"))
        elif isinstance(value, Mapping) and _are_alike(list(value.values())):
            tables.append(_table(path, value.items(), known, "name"))
        elif isinstance(value, Mapping) and key == "roadmap":
            single.append((path, _roadmap(value)))
        elif isinstance(value, Mapping):
            _collect(value, path, single, tables, known)
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            tables.append(_table(path, ((None, one) for one in value), known, None))
        elif isinstance(value, list) and len(value) > 1 and all(_is_number(one) for one in value):
            numbered = ((None, {"place": i, "value": one}) for i, one in enumerate(value))
            tables.append(_table(path, numbered, known, None))
        else:
            single.append((path, _plain(value)))


def _are_alike(values: list[Any]) -> bool:
    """Whether blocks are rows of one table: at least two, and every key of the first is in nearly all of them."""
    if len(values) < 2 or not all(isinstance(one, Mapping) and one for one in values):
        return False
    return all(set(one) == set(values[0]) for one in values)


def _table(path: str, rows: Any, known: Units, key: str | None) -> ResultTable:
    flat = [({key: name} if key else {}) | dict(_flat(row, "")) for name, row in rows]
    heads = tuple(dict.fromkeys(head for row in flat for head in row))
    numeric = {head for row in flat for head, value in row.items() if _is_number(value)}
    stated = "unit" in heads  # of each row: only figures of the whole document have another one
    units = tuple(known.of_column(path, head, stated) if head in numeric else "" for head in heads)
    return ResultTable(path, heads, units, tuple(tuple(row.get(head) for head in heads) for row in flat))


def _flat(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of every figure of a block; lists as text."""
    if not isinstance(value, Mapping):
        yield at, _plain(value)
        return
    for key, one in value.items():
        path = f"{at}.{key}" if at else str(key)
        if key == "roadmap" and isinstance(one, Mapping):
            yield path, _roadmap(one)
        elif isinstance(one, Mapping) and one:
            yield from _flat(one, path)
        else:
            yield path, _plain(one)


def _roadmap(value: Mapping[str, Any]) -> str:
    """A roadmap as commands take it.

    >>> _roadmap({"pos": 0, "edr": 3})
    'pos@0,edr@3'
    """
    return ",".join(f"{name}@{month}" for name, month in value.items()) or "nothing"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "; ".join(f"{path} {one}" for path, one in _flat(value, "")) if value else None
    if isinstance(value, list):
        return "; ".join(str(_plain(one)) for one in value) if value else None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def named_apart(tables: list[ResultTable]) -> list[ResultTable]:
    """Sheet names within Excel's limits, no two alike: the last words of a path tell most."""
    taken: set[str] = set()
    found = []
    for table in tables:
        words = table.name.translate(FORBIDDEN).replace("_", " ").split(".")
        name = ""
        for first in range(len(words) - 1, -1, -1):
            name = " ".join(words[first:]).strip().capitalize()[:MOST_LETTERS].strip() or "Table"
            if name.casefold() not in taken:
                break
        number = 2
        while name.casefold() in taken:
            name = f"{name[: MOST_LETTERS - 4].rstrip(' 0123456789')} {number}"
            number += 1
        taken.add(name.casefold())
        found.append(ResultTable(name, table.heads, table.units, table.rows))
    return found
