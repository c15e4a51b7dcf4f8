"""A JSON document of a command -> tables: one of single figures, one of distributions, one for each list or mapping of
alike blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scenarios.positions import UNPRINTABLE
from scenarios.workbooks.answer import answer
from scenarios.workbooks.described import Described
from scenarios.workbooks.result_table import ResultTable
from scenarios.workbooks.units import Units

SUMMARY, FIGURES, PROVENANCE = "Summary", "Figures", "Provenance"
MOST_LETTERS = 31  # of a sheet name
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
ERRORS_OF = {  # a block of figures -> the block of their errors
    "categories": "category_errors",
}
KEPT = ("schema_version", "scenario", "seed", "first_draw", "draws", "engine", "points", "randomisations", "currency")
WORDS = ("notes",)
SERIES = 3  # numbers of a list that make it a series, with a row each


def tables_of(document: Mapping[str, Any], command: str = "") -> list[ResultTable]:
    """The tables of a document: Summary first, Provenance last. command: what printed it, whose schema knows units."""
    currency = str(document.get("currency", ""))
    source = list(_flat(document.get("provenance", {}), "provenance"))
    source += [
        (key, document[key]) for key in KEPT if key in document and not isinstance(document[key], (list, Mapping))
    ]
    rest = {key: value for key, value in document.items() if key not in ("provenance", *WORDS)}
    rest = {key: value for key, value in rest.items() if key not in KEPT or isinstance(value, (list, Mapping))}
    known = Units(currency, str(document.get("unit") or ""), document.get("kpi_units") or {}, Described.of(command))
    months = document.get("months")
    found = _Tables(known, months if isinstance(months, int) else None)
    found.block(rest, "")
    single = [(path, value) for path, value in found.single if value is not None]
    rows = tuple((path, value, known.of(path) if _is_number(value) else "") for path, value in single)
    notes = tuple(("note", note, "") for note in document.get("notes", ()) or ())
    summary = ResultTable(SUMMARY, ("figure", "value", "unit"), ("", "", ""), (*rows, *notes))
    provenance = ResultTable(PROVENANCE, ("what", "value"), ("", ""), tuple(source))
    first = answer(document)
    return named_apart([*((first,) if first.rows else ()), summary, *found.all(), provenance])


@dataclass
class _Tables:
    """What a document holds, sorted. months: length of its series by month.

    parts: lists inside named blocks, by the path without the name, so that those of all names stand in one table; with
    the whole path of the first, and the rows.
    """

    known: Units
    months: int | None
    single: list[tuple[str, Any]] = field(default_factory=list)
    figures: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tables: list[ResultTable] = field(default_factory=list)
    parts: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def all(self) -> Iterator[ResultTable]:
        """Distributions first, parts last."""
        if self.figures:
            rows = [{"figure": path, "unit": self.known.of(path), **figure} for path, figure in self.figures]
            yield self._table(FIGURES, rows)
        yield from self.tables
        for path, (first, rows) in self.parts.items():
            yield replace(self._table(first, rows), name=path, path=path)

    def block(self, block: Mapping[str, Any], at: str) -> None:
        """Sort what a block holds: single figures, distributions, tables, blocks to look into."""
        joined = {errors for figures, errors in ERRORS_OF.items() if figures in block}
        for key, value in block.items():
            path = f"{at}.{key}" if at else str(key)
            if key in joined or key == "provenance" or (key in KEPT and at and not isinstance(value, list)):
                continue
            if isinstance(value, Mapping) and key in ERRORS_OF and all(_is_number(one) for one in value.values()):
                errors = block.get(ERRORS_OF[key]) or {}
                rows = [{"name": name, "value": one, **(errors.get(name) or {})} for name, one in value.items()]
                self.tables.append(self._table(path, rows))
            elif isinstance(value, Mapping):
                self._mapping(value, path, str(key))
            elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
                self.tables.append(self._table(path, [dict(_flat(one, "")) for one in value]))
            elif isinstance(value, list) and len(value) > 1 and all(_is_number(one) for one in value):
                rows = [{"place": i, "value": one} for i, one in enumerate(value)]
                self.tables.append(self._table(path, rows))
            elif value is not None or not path.endswith("refused"):
                self.single.append((path, _plain(value)))

    def _mapping(self, value: Mapping[str, Any], path: str, key: str) -> None:
        if key == "roadmap" and _is_roadmap(value):
            self.single.append((path, _roadmap(value)))
        elif _is_distribution(value):
            self.figures.append((path, _distribution(value)))
        elif value and all(isinstance(one, Mapping) and _length_of_series(one) for one in value.values()):
            self.block(value, path)
        elif length := _length_of_series(value):
            place = "month" if length in (self.months, (self.months or 0) + 1) else "place"
            lists = {head: one for head, one in _lists(value, "") if len(one) == length}
            rows = [{place: i, **{head: one[i] for head, one in lists.items()}} for i in range(length)]
            self.tables.append(self._table(path, rows))
        elif _are_alike(list(value.values())):
            rows = []
            for name, one in value.items():
                parts: list[tuple[str, list[Any]]] = []
                rows.append({"name": name, **dict(_flat(one, "", parts))})
                for below, part in parts:
                    words = below.split(".")
                    of = " ".join((name, *words[:-1]))
                    cells = [{"of": of, **dict(_flat(item, ""))} for item in part]
                    self.parts.setdefault(f"{path}.{words[-1]}", (f"{path}.{name}.{below}", []))[1].extend(cells)
            self.tables.append(self._table(path, rows))
        else:
            self.block(value, path)

    def _table(self, path: str, rows: list[dict[str, Any]]) -> ResultTable:
        heads = tuple(dict.fromkeys(head for row in rows for head in row))
        empty = {head for head in heads if head.endswith("refused") and all(row.get(head) is None for row in rows)}
        blocks = {head for head in heads if any(other.startswith(f"{head}.") for other in heads)}
        empty |= {head for head in blocks if all(row.get(head) is None for row in rows)}
        heads = tuple(head for head in heads if head not in empty)
        numeric = {head for row in rows for head, value in row.items() if _is_number(value)}
        stated = "unit" in heads  # of each row: only figures of the whole document have another one
        units = tuple(self.known.of_column(path, head, stated) if head in numeric else "" for head in heads)
        return ResultTable(path, heads, units, tuple(tuple(row.get(head) for head in heads) for row in rows), path)


def _is_distribution(value: Mapping[str, Any]) -> bool:
    """Whether a block is the distribution of one figure, with the errors of its parts."""
    return "mean" in value and isinstance(value.get("intervals"), Mapping)


def _distribution(value: Mapping[str, Any]) -> dict[str, Any]:
    """Each part beside its interval and its standard error; that of the mean is in the block itself."""
    found: dict[str, Any] = {}
    intervals = value["intervals"]
    for key, one in value.items():
        if isinstance(one, (Mapping, list)):
            continue
        found[key] = one
        interval = intervals.get(key)
        for part, end in interval.items() if isinstance(interval, Mapping) else ():
            if end is not None and not (part == "se" and key == "mean" and "se" in value):
                found[f"{key}.{part}"] = end
    return {**found, "confidence": intervals.get("confidence")}


def _lists(value: Mapping[str, Any], at: str) -> Iterator[tuple[str, list[Any]]]:
    """Lists of numbers in a block, at any depth."""
    for key, one in value.items():
        path = f"{at}.{key}" if at else str(key)
        if isinstance(one, Mapping):
            yield from _lists(one, path)
        elif isinstance(one, list) and one and all(item is None or _is_number(item) for item in one):
            yield path, one


def _length_of_series(value: Mapping[str, Any]) -> int:
    """Length of the series of a block that holds hardly anything else, 0 where it is none."""
    lengths = Counter(len(one) for _, one in _lists(value, ""))
    others = sum(not isinstance(one, (Mapping, list)) for one in value.values())
    if not lengths:
        return 0
    length, count = lengths.most_common(1)[0]
    return length if length >= SERIES and len(lengths) == 1 and count > others else 0


def _are_alike(values: list[Any]) -> bool:
    """Whether blocks are rows of one table: at least two, each with the same keys, and none of them is a series."""
    if len(values) < 2 or not all(isinstance(one, Mapping) and one for one in values):
        return False
    if any(_length_of_series(one) for one in values):
        return False
    return all(set(one) == set(values[0]) for one in values)


def _flat(value: Any, at: str, parts: list[tuple[str, list[Any]]] | None = None) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of every figure of a block; lists as text, lists of blocks into `parts` if given."""
    if not isinstance(value, Mapping):
        yield at, _plain(value)
        return
    for key, one in value.items():
        path = f"{at}.{key}" if at else str(key)
        if key == "roadmap" and isinstance(one, Mapping) and _is_roadmap(one):
            yield path, _roadmap(one)
        elif isinstance(one, Mapping) and one:
            yield from _flat(one, path, parts)
        elif parts is not None and isinstance(one, list) and one and all(isinstance(item, Mapping) for item in one):
            parts.append((path, one))
        else:
            yield path, _plain(one)


def _is_roadmap(value: Mapping[str, Any]) -> bool:
    return all(isinstance(one, int) for one in value.values())


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
        if len(value) == 1 and _is_number(value[0]):
            return value[0]
        return "; ".join(str(_plain(one)) for one in value) if value else None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def named_apart(tables: list[ResultTable]) -> list[ResultTable]:
    """Sheet names within Excel's limits, no two alike: the last words of a path, as many as tell it from the others."""
    paths = [UNPRINTABLE.sub(" ", table.name.translate(FORBIDDEN)).replace("_", " ").split(".") for table in tables]
    taken: set[str] = set()
    found = []
    for table, words in zip(tables, paths, strict=True):
        others = [other for other in paths if other is not words]
        for first in range(len(words) - 1, -1, -1):
            if not any(other[-(len(words) - first) :] == words[first:] for other in others):
                break
        name = " ".join(words[first:]).strip().capitalize()[:MOST_LETTERS].strip() or "Table"
        number = 2
        while name.casefold() in taken:
            name = f"{name[: MOST_LETTERS - 4].rstrip(' 0123456789')} {number}"
            number += 1
        taken.add(name.casefold())
        found.append(replace(table, name=name))
    return found
