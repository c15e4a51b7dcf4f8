"""What lies where in a workbook of a scenario, derived from the schema: new fields of the schema appear by themselves.

A form sheet has a row for each field of a single block (`profile.tax_rate`). A table sheet has a row for each item of a
mapping or list of blocks, and a column for each of its fields, those of blocks inside it as dotted heads
(`adoption.p`); mappings inside an item have a table of their own, whose first column says of which item. A pattern is a
path with `*` for a name and `#` for a place in a list.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

from scenarios.fields import Field, at

Pattern = tuple[str, ...]
NAME, PLACE = "*", "#"
OWN_SHEETS = {"money": "Money", "market": "Market", "insurance": "Insurance"}  # other single blocks: Company
COMPANY, MORE = "Company", "More"
MORE_COLUMNS = ("path", "value")
ARROW = re.compile(r"^([a-z]+) -> ")
SINGULAR = {"people": "role", "processes": "process", "risk_classes": "risk class", "quick_wins": "quick win"}
OWN_HEADS = dict.fromkeys(("skill_days", "difficulty", "days"), "skill") | dict.fromkeys(("effects", "changes"), "path")
LINKS = {"role": "people", "hits": "systems", "initiative": "initiatives"}  # fields that name an item of a table


@dataclass(frozen=True)
class Column:
    """One column of a table: `head` is the dotted path below the item, empty where the item is a plain value."""

    head: str
    pattern: Pattern
    field: Field

    @property
    def title(self) -> str:
        return self.head or "value"


@dataclass(frozen=True)
class Table:
    """A sheet with a row for each item. pattern: of an item. keys: heads of the columns that name it, outermost first;
    an item of a list has none of its own."""

    sheet: str
    pattern: Pattern
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str

    @property
    def heads(self) -> tuple[str, ...]:
        return (*self.keys, *(column.title for column in self.columns))

    def path(self, names: tuple[str, ...], place: int | None = None) -> tuple[str, ...]:
        """Path of an item from the names in its key columns."""
        rest = iter(names)
        return tuple(next(rest) if part == NAME else str(place) if part == PLACE else part for part in self.pattern)


@dataclass(frozen=True)
class Form:
    """A sheet with a row for each field of single blocks; `rows`: dotted path -> the field."""

    sheet: str
    rows: dict[str, Field]


@dataclass(frozen=True)
class Layout:
    """All sheets of a scenario, in their order."""

    forms: dict[str, Form]
    tables: dict[Pattern, Table]

    def sheets(self) -> list[Form | Table]:
        """Forms stand before the tables of their block; Company first."""
        order: list[Form | Table] = [self.forms[COMPANY]]
        blocks = {sheet: block for block, sheet in OWN_SHEETS.items()}
        waiting = [form for form in self.forms.values() if form.sheet != COMPANY]
        for table in self.tables.values():
            for form in [one for one in waiting if blocks[one.sheet] == table.pattern[0]]:
                order.append(form)
                waiting.remove(form)
            order.append(table)
        return [*order, *waiting]

    def table_of_block(self, block: str) -> Table | None:
        """The table whose items are the names of a block of the whole."""
        return self.tables.get((block, NAME))


@cache
def layout() -> Layout:
    """The layout of the present schema."""
    forms: dict[str, dict[str, Field]] = {COMPANY: {}}
    found: list[tuple[Pattern, Field]] = []
    for pattern, field in _leaves((), found):
        sheet = OWN_SHEETS.get(pattern[0], COMPANY)
        forms.setdefault(sheet, {})[".".join(pattern)] = field
    tables: dict[Pattern, Table] = {}
    queue = list(found)
    while queue:
        pattern, owner = queue.pop(0)
        inside: list[tuple[Pattern, Field]] = []
        columns = tuple(Column(".".join(leaf[len(pattern) :]), leaf, field) for leaf, field in _leaves(pattern, inside))
        tables[pattern] = Table(_sheet_name(pattern), pattern, _key_heads(pattern, columns), columns, owner.meaning)
        queue = [*inside, *queue]
    names = [table.sheet for table in tables.values()] + list(forms)
    assert len({name.casefold() for name in names}) == len(names), "two sheets have one name"
    return Layout({name: Form(name, rows) for name, rows in forms.items()}, tables)


def field_at(pattern: Pattern) -> Field:
    """The schema at a pattern."""
    return at(tuple("0" if part == PLACE else part for part in pattern))


def _leaves(pattern: Pattern, tables: list[tuple[Pattern, Field]]) -> Iterator[tuple[Pattern, Field]]:
    """Fields below a pattern that fit into one cell; mappings and lists of blocks are added to `tables`."""
    field = field_at(pattern)
    kind = field.annotation
    if field.is_block:
        for key in field.keys():  # noqa: SIM118
            yield from _leaves((*pattern, key), tables)
    elif get_origin(kind) is dict:
        tables.append(((*pattern, NAME), field))
    elif get_origin(kind) is tuple and field_at((*pattern, PLACE)).is_block:
        tables.append(((*pattern, PLACE), field))
    else:
        yield pattern, field


def _sheet_name(pattern: Pattern) -> str:
    """What stands below the last name: `initiatives.*.help.days` is the sheet `Help days`."""
    parts = list(pattern[:-1])
    while NAME in parts:
        parts = parts[parts.index(NAME) + 1 :]
    return " ".join(parts).replace("_", " ").capitalize()


def _key_heads(pattern: Pattern, columns: tuple[Column, ...]) -> tuple[str, ...]:
    heads = []
    for i, part in enumerate(pattern):
        if part != NAME:
            continue
        if i < len(pattern) - 1:
            heads.append(f"of {_singular(pattern[i - 1])}")
        else:
            heads.append(_own_head(pattern))
    taken = {column.title for column in columns}
    assert not taken.intersection(heads), f"two columns of {pattern} have one head"
    return tuple(heads)


def _own_head(pattern: Pattern) -> str:
    if pattern[-2] in OWN_HEADS:
        return OWN_HEADS[pattern[-2]]
    arrow = ARROW.match(field_at(pattern[:-1]).meaning)
    return arrow[1] if arrow else "name"


def _singular(block: str) -> str:
    """One item of a block.

    >>> _singular("people"), _singular("initiatives"), _singular("risk_classes")
    ('role', 'initiative', 'risk class')
    """
    return SINGULAR.get(block, block.removesuffix("s").replace("_", " "))


def linked_block(head: str) -> str | None:
    """The block whose names a column takes, by its head; None where it takes none.

    >>> linked_block("role"), linked_block("of process"), linked_block("risk_class"), linked_block("title")
    ('people', 'processes', 'risk_classes', None)
    """
    word = head.removeprefix("of ").rpartition(".")[2].replace(" ", "_")
    blocks = {pattern[0] for pattern in layout().tables if len(pattern) == 2 and pattern[1] == NAME}
    for block in (LINKS.get(word, ""), word, f"{word}s", f"{word}es"):
        if block in blocks:
            return block
    return None


def is_text(field: Field) -> bool:
    """Whether only text may stand at a place."""
    return field.annotation is str and len(_kinds(field)) == 1


def _kinds(field: Field) -> tuple[object, ...]:
    """The kinds of value that may stand at a place, nothing aside."""
    stated = field.info.annotation if field.info is not None else field.annotation
    if get_origin(stated) not in (types.UnionType, typing.Union):
        return (stated,)
    return tuple(kind for kind in get_args(stated) if kind is not types.NoneType)


def is_list(field: Field, *, of_text: bool) -> bool:
    """Whether a list of words (or of numbers) may stand at a place."""
    if get_origin(field.annotation) is not tuple:
        return False
    inner = _first(field)
    return of_text == (inner is str or _is_words(inner))


def _first(field: Field) -> object:
    inner = get_args(field.annotation)[0]
    while get_origin(inner) is not None and hasattr(inner, "__metadata__"):
        inner = get_args(inner)[0]
    return inner


def _is_words(kind: object) -> bool:
    from typing import Literal

    return get_origin(kind) is Literal and all(isinstance(word, str) for word in get_args(kind))


def choices(field: Field) -> tuple[object, ...]:
    """The words that may stand at a place, empty where it is no choice."""
    from typing import Literal

    if field.annotation is bool:
        return (True, False)
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
