"""docs/reference.md: every block and key of a scenario file, from the JSON schema that editors use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docs.build.examples import Example, Examples

Schema = dict[str, Any]

# What `scenarios.schema` adds to a description, in brackets at its end.
PART: Final = r"(?:in [^;()]+(?:\([^;()]*\))?[^;()]*|from -?[\d.e+]+ to -?[\d.e+]+|initiatives may change it)"
ADDED: Final = re.compile(rf"^(?P<meaning>.*) \((?P<parts>{PART}(?:; {PART})*)\)$", re.DOTALL)
CHANGED: Final = "initiatives may change it"
ENDLESS: Final = 1e9  # such ends of a range only keep slips of the pen out
HEAD: Final = """# Reference of scenario files

This page is made from the schema by `make docs`; `roadfolio schema` prints the schema itself, for editors that complete
and check while you type. The words are those of the [glossary](glossary.md); the formulas are in [method](method.md).

**How to read the tables.** *range or number* is written in one of these forms: {forms}.
`8k to 15k` means: 90 % sure that it lies between the two. *number* is one that is certain. Where a default is stated
the key may be left out; *needed* may not; – means that nothing is assumed. A key in bold may be changed by the
`effects` of an initiative and by the `changes` of a future. NAME is a name that you choose, in small letters. `origin`
says where the numbers of a block come from: the id of a published figure, or `planner assumption`.

## Blocks

"""


@dataclass(frozen=True)
class Place:
    """A block of the schema with the path at which it stands first, and the others."""

    name: str
    path: str
    block: Schema
    others: tuple[str, ...] = ()


def reference(schema: Schema, examples: Examples, forms: str) -> str:
    """The page. forms: the sentence that says how numbers are written."""
    found = places(schema)
    parts = [HEAD.format(forms=forms)]
    parts += [f"{'  ' * _depth(one.path)}- [{_title(one)}](#{anchor(_title(one))})" for one in found]
    parts.append("")
    for one in found:
        parts += [_section(one, schema, found, examples.of(one.path))]
    return "\n".join(parts).rstrip() + "\n"


def places(schema: Schema) -> list[Place]:
    """Every block once, in the order of the schema, a block before those inside it."""
    paths: dict[str, list[str]] = {}

    def walk(name: str, block: Schema, path: str, above: tuple[str, ...]) -> None:
        paths.setdefault(name, []).append(path)
        if len(paths[name]) > 1:
            return
        for key, field in block["properties"].items():
            for inner, pattern in inner_blocks(field):
                if inner not in above:
                    walk(inner, schema["$defs"][inner], f"{path}.{key}{pattern}".lstrip("."), (*above, inner))

    walk("", schema, "", ())
    return [
        Place(name, at[0], schema["$defs"][name] if name else schema, tuple(dict.fromkeys(at[1:])))
        for name, at in paths.items()
    ]


def inner_blocks(field: Schema) -> Iterator[tuple[str, str]]:
    """Names of the blocks that a field holds, with what its path gets: `.NAME` for a named one, `[]` in a list.

    >>> list(inner_blocks({"type": "object", "additionalProperties": {"$ref": "#/$defs/Step"}}))
    [('Step', '.NAME')]
    """
    if "$ref" in field:
        yield field["$ref"].rpartition("/")[2], ""
    for option in field.get("anyOf", []):
        yield from inner_blocks(option)
    if isinstance(field.get("additionalProperties"), dict):
        yield from ((name, f".NAME{more}") for name, more in inner_blocks(field["additionalProperties"]))
    for items in [field["items"]] if isinstance(field.get("items"), dict) else field.get("prefixItems", []):
        yield from ((name, f"[]{more}") for name, more in inner_blocks(items))


def _section(place: Place, schema: Schema, found: list[Place], example: Example | None) -> str:
    lines = [f"{'##' if _depth(place.path) == 0 else '###'} {_title(place)}", ""]
    told = place.block.get("description", "").strip() if place.name else ""
    if told:
        lines += [_sentence(told), ""]
    if place.others:
        lines += ["Also at " + ", ".join(f"`{path}`" for path in place.others) + ".", ""]
    lines += ["| key | what it is | type | unit | range | default |", "|---|---|---|---|---|---|"]
    needed = set(place.block.get("required", []))
    lines += [_row(key, field, key in needed, schema, found) for key, field in place.block["properties"].items()]
    lines.append("")
    if example is not None:
        lines += [f"From {example.source}:", "", "```yaml", example.text.rstrip(), "```", ""]
    return "\n".join(lines)


def _row(key: str, field: Schema, needed: bool, schema: Schema, found: list[Place]) -> str:
    meaning, parts = split(field.get("description", ""))
    unit = next((part.removeprefix("in ") for part in parts if part.startswith("in ")), "")
    inner = [name for name, _ in inner_blocks(field)]
    if not meaning and inner:
        meaning = schema["$defs"][inner[0]].get("description", "").split(". ")[0].strip()
    name = f"**`{key}`**" if CHANGED in parts else f"`{key}`"
    cells = (name, meaning, kind(field, found), unit, limits(field), "needed" if needed else default(field))
    return "| " + " | ".join(_cell(text) for text in cells) + " |"


def split(description: str) -> tuple[str, list[str]]:
    """The meaning of a field, and what the schema adds to it.

    >>> split("share that fails (any) (in share; from 0 to 1; initiatives may change it)")
    ('share that fails (any)', ['in share', 'from 0 to 1', 'initiatives may change it'])
    >>> split("length of a period")
    ('length of a period', [])
    """
    if added := ADDED.match(description):
        return added["meaning"], re.split(r"; (?=in |from |initiatives)", added["parts"])
    return description, []


def kind(field: Schema, found: list[Place]) -> str:
    """The type of a field in a planner's words, with a link to the block that it holds."""
    if inner := list(inner_blocks(field)):
        links = [f"[{_title(one)}](#{anchor(_title(one))})" for one in found if one.name in {name for name, _ in inner}]
        pattern = inner[0][1]
        lead = "named blocks: " if ".NAME" in pattern else "list of blocks: " if "[]" in pattern else "block: "
        return lead + ", ".join(links)
    if "enum" in field:
        return "one of " + ", ".join(f"`{word}`" for word in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    options = [option for option in field.get("anyOf", []) if option.get("type") != "null"]
    if len(options) == 1:
        return kind(options[0], found)
    if any("p10" in option.get("properties", {}) for option in options):
        return "range or number"
    if options:
        return " or ".join(dict.fromkeys(kind(option, found) for option in options))
    return _plain_kind(field, found)


def _plain_kind(field: Schema, found: list[Place]) -> str:
    declared = field.get("type")
    if declared == "array":
        items = field.get("items")
        return f"list of {_plural(kind(items, found))}" if isinstance(items, dict) else "list of two"
    if declared == "object":
        values = field.get("additionalProperties")
        return f"NAME: {kind(values, found)}" if isinstance(values, dict) else "block"
    if isinstance(declared, list):
        return "number"
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true` or `false`"}
    return words.get(str(declared), "any")


def limits(field: Schema) -> str:
    """The allowed range of a number.

    >>> limits({"minimum": 0.0, "maximum": 1e6}), limits({"minimum": 1}), limits({})
    ('0 to 1,000,000', 'at least 1', '')
    """
    low = field.get("minimum", field.get("exclusiveMinimum"))
    high = field.get("maximum", field.get("exclusiveMaximum"))
    low, high = (None if end is not None and abs(end) >= ENDLESS else end for end in (low, high))
    if low is not None and high is not None:
        return f"{_number(low)} to {_number(high)}"
    return f"at least {_number(low)}" if low is not None else f"at most {_number(high)}" if high is not None else ""


def default(field: Schema) -> str:
    """What is assumed where the key is left out.

    >>> default({"default": {"source": 0.25}}), default({"default": False}), default({"default": None}), default({})
    ('`0.25`', '`false`', '–', '–')
    """
    if "default" not in field:
        return "–"
    value = field["default"]
    if isinstance(value, dict) and "source" in value:
        value = value["source"]
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, list) and len(value) > 3 and len(set(value)) == 1:
        return f"{len(value)} times `{_number(value[0])}`"
    return f"`{_number(value)}`" if isinstance(value, (int, float)) else f"`{value}`"


def anchor(title: str) -> str:
    """The link to a heading, as Markdown viewers make it.

    >>> anchor("processes.NAME.steps.NAME"), anchor("correlations[]")
    ('processesnamestepsname', 'correlations')
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _title(place: Place) -> str:
    return place.path or "The file"


def _depth(path: str) -> int:
    return len(re.sub(r"\.NAME|\[\]", "", path).split(".")) - 1 if path else 0


def _plural(word: str) -> str:
    return {"text": "names", "any": "values"}.get(word, f"{word}s" if word.endswith("number") else word)


def _number(value: float) -> str:
    if isinstance(value, float) and abs(value) < 1e-3 and value != 0.0:
        return f"{value:g}"
    return f"{value:,.10g}"


def _sentence(text: str) -> str:
    joined = " ".join(text.split())
    return joined if joined.endswith(".") else f"{joined}."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
