"""What is wrong with a file, in a planner's words: complaints of the YAML parser and of the schema -> `Problem`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, nearest

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from scenarios.fields import Field
    from scenarios.positions import Place

LONGEST_VALUE = 120  # characters of a value that are repeated in a message
TICKED = re.compile(r"`(\w+)`")
INTERVAL = re.compile(r"\bto\b")
# Fragment of the parser's complaint -> message, hint. The first that fits counts.
SYNTAX = (
    ("found character '\\t'", "a tab stands where only spaces may", "indent with spaces"),
    ("mapping values are not allowed", "a second `:` in this line, or the line above is not complete",
     "quote text that contains `: `, and check the indentation"),
    ("could not find expected ':'", "this line has no `:` after its key", "write `key: value`"),
    ("expected <block end>", "this line is not indented like the lines of its block", "align it with its neighbours"),
    ("expected ',' or ']'", "a list is not closed", "write `[a, b]`"),
    ("expected ',' or '}'", "a block in braces is not closed", "write `{key: value, key: value}`"),
    ("unexpected end of stream", "a quoted text is not closed", "close it with the same quote"),
    ("sequence entries are not allowed", "a list item `- ` cannot stand here", "begin the list in a line of its own"),
    ("special characters", "the text contains a character that cannot be printed", "remove it"),
    ("that cannot start any token", "a value cannot begin with this character", "quote the text"),
    ("escape", "a backslash in double quotes begins an unknown code", "use single quotes"),
    ("undefined tag", "tags (`!name`) are not allowed", "write the plain value"),
)  # fmt: skip


AT_BEGIN = {
    message for _, message, _ in SYNTAX if message.endswith("not closed") or message.startswith("this line has no")
}
KINDS = {
    "string_type": "{value} is not text",
    "string_unicode": "this text contains characters that cannot be written",
    "string_pattern_mismatch": "{value} does not have the right form",
    "string_too_short": "this text is empty",
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "{value} is not a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "{value} is not a number"),
    "finite_number": "{value} is not a finite number",
    **dict.fromkeys(("bool_type", "bool_parsing"), "{value} is neither true nor false"),
    **dict.fromkeys(("greater_than_equal", "less_than_equal"), "{value} is outside the allowed range"),
    "literal_error": "{value} is not possible here",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "{value} stands where a block belongs"),
    "tuple_type": "{value} is not a list",
    "too_short": "at least one entry is needed",
    "too_long": "{value} has too many items",
}


@dataclass(frozen=True)
class Findings:
    """What the schema has against some data.

    problems    all of them, in the order of the schema
    structural  paths whose content could not be looked at: missing, misspelt, of the wrong kind
    misspelt    path of an unknown key -> the key that was meant
    """

    problems: tuple[Problem, ...]
    structural: frozenset[str]
    misspelt: Mapping[str, str]


def syntax_problem(complaint: str, begin: Place | None, stop: Place | None) -> Problem:
    """The YAML parser's complaint. It gave up at `stop`, in something that began at `begin`, as far as it knows."""
    message, hint = "this is not YAML", "compare with what `roadfolio new` prints"
    at = stop or begin
    for fragment, known, remedy in SYNTAX:
        if fragment in complaint:
            message, hint = known, remedy
            at = (begin if message in AT_BEGIN else stop) or begin or stop
            break
    return Problem("", message, hint=hint, line=at and at.line, column=at and at.column)


def shown(value: object) -> object:
    """A value as errors repeat it: finite numbers, true/false and nothing as they are, all else as short text."""
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and abs(value) < float("inf")):
        return value
    text = value if isinstance(value, str) else _brief(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def schema_problems(error: ValidationError, data: Any) -> Findings:
    """Everything in a ValidationError, each cause once. `data`: the plain data that was validated."""

    errors = [(tuple(str(part) for part in row["loc"]), row) for row in error.errors(include_url=False)]
    misspelt, known_cause = _unknown_keys(errors, data)
    problems: list[Problem] = []
    structural = set()
    for loc, row in errors:
        path = ".".join(loc)
        if row["type"] == "missing" and path in known_cause:
            continue
        if row["type"] in ("missing", "extra_forbidden") or row["type"].endswith("_type"):
            structural.add(path)
        problems += _problems(loc, row, data, misspelt.get(path))
    return Findings(tuple(problems), frozenset(structural), misspelt)


def _unknown_keys(errors: list[tuple[tuple[str, ...], ErrorDetails]], data: Any) -> tuple[dict[str, str], set[str]]:
    """Path of each misspelt key -> the key that was meant; and the paths of the missing keys that unknown ones explain,
    because they are misspelt or stand in the block around the one that needs them."""
    from scenarios.fields import at

    missing = {loc for loc, row in errors if row["type"] == "missing"}
    misspelt: dict[str, str] = {}
    explained: set[str] = set()
    for loc in (loc for loc, row in errors if row["type"] == "extra_forbidden"):
        block, present = at(loc[:-1]), _inside(data, loc[:-1])
        absent = [key for key in block.keys() if key not in present]  # noqa: SIM118
        needed = [key for key in absent if (*loc[:-1], key) in missing]
        meant = nearest(loc[-1], needed) or nearest(loc[-1], absent)
        if meant and ".".join((*loc[:-1], meant)) not in explained:
            misspelt[".".join(loc)] = meant
            explained.add(".".join((*loc[:-1], meant)))
        elif inner := block.block_of_key(loc):
            explained.add(".".join((*inner, loc[-1])))
    return misspelt, explained


def _problems(loc: tuple[str, ...], row: ErrorDetails, data: Any, meant: str | None) -> Iterator[Problem]:
    from scenarios.fields import at

    field, value, path = at(loc), row["input"], ".".join(loc)
    if row["type"] == "extra_forbidden":
        hint = f"did you mean `{meant}`?" if meant else at(loc[:-1]).where_key_belongs(loc)
        yield Problem(path, f"unknown key `{shown(loc[-1])}`", shown(loc[-1]), hint)
    elif row["type"] == "missing":
        what = f"`{loc[-1]}` is missing" if not loc[-1].isdigit() else f"item {int(loc[-1]) + 1} is missing"
        what += f": {field.needed}" if field.needed else ""
        yield Problem(path, what, None, ": ".join(part for part in (field.meaning, field.expected()) if part))
    elif row["type"] == "value_error":
        # A block that finds several contradictions states each in a line of its own.
        for text in str(row["ctx"]["error"]).splitlines():
            yield _stated(text, path, value, field, _inside(data, loc))
    elif value is None:
        yield Problem(path, f"`{loc[-1]}` has no value", None, field.expected())
    else:
        message = KINDS.get(row["type"], "{value} does not fit here").format(value=f"`{_clipped(_brief(value))}`")
        if field.is_certain and isinstance(value, Mapping):
            message = "this number must be certain, so it takes one number and no block"
        yield Problem(path, message, shown(value), field.expected(value))


def _stated(text: str, path: str, value: Any, field: Field, block: Mapping[str, Any]) -> Problem:
    """A complaint that the schema itself worded: `message; remedy` of a block, `message; expected hint` of a field."""
    if field.is_block:
        message, _, remedy = text.partition("; ")
        keys = [key for key in TICKED.findall(message) if key in block]
        if keys:
            return Problem(f"{path}.{keys[0]}" if path else keys[0], message, shown(block[keys[0]]), remedy or None)
        return Problem(path, message, None, remedy or None)
    if value is None:
        return Problem(path, f"`{path.rpartition('.')[2]}` has no value", None, field.expected())
    message, outside, _ = text.partition(" is outside the allowed range")
    if outside:
        return Problem(path, message + outside, shown(value), field.expected())
    message, _, expected = text.partition("; expected ")
    if field.is_certain:
        if isinstance(value, str) and INTERVAL.search(value):
            message = f"{value!r} is an interval, but this number must be certain"
        expected = field.expected()
    return Problem(path, _clipped(message), shown(value), f"expected {expected}" if expected else field.range_text())


def _brief(value: Any) -> str:
    """A value as the file would write it, without the inside of its parts."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: …" if isinstance(item, (Mapping, list)) else f"{key}: {item}"
                               for key, item in list(value.items())[:8]) + "}"  # fmt: skip
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join("…" if isinstance(item, (Mapping, list)) else str(item) for item in value[:8]) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _clipped(text: str) -> str:
    return text if len(text) <= 2 * LONGEST_VALUE else f"{text[: 2 * LONGEST_VALUE - 1]}…"


def _inside(data: Any, loc: tuple[str, ...]) -> Mapping[str, Any]:
    """The mapping at `loc` of the data, empty where there is none."""
    for part in loc:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return {}
    return data if isinstance(data, Mapping) else {}
