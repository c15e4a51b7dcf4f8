"""YAML text -> plain data, with the line and column of every key and value.

Only what JSON also knows is built (text, numbers, true/false, null, lists, mappings), by the rules of YAML 1.2: `yes`,
`2027-01` and `12:30` stay text. The reader works on parser events without recursion and stops at the limits below, so
that no text can exhaust it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.errors import Problem

MAX_DEPTH = 24
MAX_NODES = 50_000
MAX_ALIASED = 10_000  # nodes that aliases may repeat, all together

INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
UNPRINTABLE = re.compile("[^\n\r\t\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Place(NamedTuple):
    """Line and column, both from 1; of a workbook also the sheet."""

    line: int
    column: int
    sheet: str | None = None


@dataclass
class Document:
    """A text as plain data. `keys` and `values` give the place of every dotted path; `problems` are what the text
    itself has wrong (in which case `data` may be incomplete)."""

    data: Any = None
    keys: dict[str, Place] = field(default_factory=dict)
    values: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = False

    def place(self, path: str, *, key: bool = False) -> Place | None:
        """Where `path` stands, or else the nearest block around it. `key`: the place of the key, not of the value."""
        while True:
            found = self.keys.get(path) if key else self.values.get(path)
            found = found or self.keys.get(path) or self.values.get(path)
            if found or not path:
                return found
            path, key = path.rpartition(".")[0], True


class MalformedError(Exception):
    """The text cannot be read any further, for the reason in `problem`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_yaml(text: str) -> Document:
    """Plain data and places of a YAML text. Never raises; whatever is wrong is in `problems`."""
    document = Document()
    try:
        _printable(text)
        _Builder(document).build(_events(text))
        document.complete = True
    except MalformedError as error:
        document.problems.append(error.problem)
    return document


def _printable(text: str) -> None:
    odd = UNPRINTABLE.search(text)
    if odd:
        before = text[: odd.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise MalformedError(_unprintable(odd[0], Place(line, column), ""))


def _unprintable(character: str, place: Place, path: str) -> Problem:
    message = f"the text contains the character U+{ord(character):04X}, which cannot be printed"
    return Problem(path, message, hint="remove it", line=place.line, column=place.column)


def plain_scalar(text: str) -> Any:
    """The value of an unquoted word.

    >>> [plain_scalar(word) for word in ("12", "1.5e3", "true", "yes", "2027-01", "~")]
    [12, 1500.0, True, 'yes', '2027-01', None]
    """
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text) if len(text) <= 18 else float(text)
    if FLOAT.fullmatch(text):
        return float(text)
    special = SPECIAL.fullmatch(text)
    if special:
        return float("nan") if special[3] else float(f"{special[1]}inf")
    return text


def _events(text: str) -> Iterator[Any]:
    """Events of the YAML parser; its complaints in our words."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    from scenarios.messages import syntax_problem

    try:
        yield from YAML(typ="safe", pure=True).parse(io.StringIO(text))
    except MarkedYAMLError as error:
        raise MalformedError(
            syntax_problem(str(error.problem), _place(error.context_mark), _place(error.problem_mark))
        ) from None
    except (YAMLError, ValueError, OverflowError, AttributeError, LookupError, TypeError, NotImplementedError) as error:
        # The parser is not ours: on some texts without sense it fails with an ordinary error instead of its own.
        raise MalformedError(syntax_problem(str(error), None, None)) from None


def _place(mark: Any) -> Place | None:
    return Place(mark.line + 1, mark.column + 1) if mark else None


@dataclass
class _Frame:
    """A list or mapping that is being read. `key` is the key that waits for its value."""

    container: dict[str, Any] | list[Any]
    path: str
    anchor: str | None
    key: str | None = None
    ignored: bool = False  # the value of a key that was stated before
    size: int = 1

    def next_path(self) -> str:
        step = str(len(self.container)) if self.key is None else self.key
        return f"{self.path}.{step}" if self.path else step


class _Builder:
    """Turns parser events into plain data and places."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.frames: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0
        self.aliased = 0
        self.documents = 0

    def build(self, events: Iterable[Any]) -> None:
        """Read all events into the document."""
        from ruamel.yaml import events as kinds

        for event in events:
            place = _place(event.start_mark) or Place(1, 1)
            if isinstance(event, kinds.DocumentStartEvent):
                self._one_document(place)
            elif isinstance(event, kinds.ScalarEvent):
                self._scalar(event, place)
            elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
                self._open({} if isinstance(event, kinds.MappingStartEvent) else [], event, place)
            elif isinstance(event, (kinds.MappingEndEvent, kinds.SequenceEndEvent)):
                self._close()
            elif isinstance(event, kinds.AliasEvent):
                self._alias(event, place)

    def _one_document(self, place: Place) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._malformed("a second document begins here", "keep one scenario in a file", place)

    def _malformed(self, message: str, hint: str, place: Place, value: object = None) -> MalformedError:
        path = self.frames[-1].path if self.frames else ""
        return MalformedError(Problem(path, message, value, hint, line=place.line, column=place.column))

    def _count(self, place: Place, size: int = 1) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise self._malformed(f"the file has more than {MAX_NODES:,} entries", "split the scenario", place)

    def _wants_key(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].container, dict) and self.frames[-1].key is None

    def _scalar(self, event: Any, place: Place) -> None:
        self._count(place)
        text = event.value
        odd = UNPRINTABLE.search(text)  # an escape code can name what the text itself may not contain
        if odd:
            raise MalformedError(_unprintable(odd[0], place, self.frames[-1].path if self.frames else ""))
        if self._wants_key():
            self._take_key(text, event, place)
            return
        tag = event.tag
        if not text and event.implicit[0] and self.frames and self.frames[-1].key is not None:
            place = self.document.keys.get(self.frames[-1].next_path(), place)  # nothing is written: point at the key
        if any(event.implicit):
            value = plain_scalar(text) if event.implicit[0] else text
        elif tag == "tag:yaml.org,2002:str":
            value = text
        else:
            raise self._tagged(tag, place)
        self._anchor(event.anchor, value, 1)
        self._put(value, place)

    def _tagged(self, tag: Any, place: Place) -> MalformedError:
        return self._malformed(f"the tag {str(tag)[:80]} is not allowed", "write the plain value", place, str(tag)[:80])

    def _take_key(self, text: str, event: Any, place: Place) -> None:
        frame = self.frames[-1]
        if text == "<<" and event.implicit[0]:
            raise self._malformed("`<<` does not merge blocks here", "write the keys out", place, text)
        frame.key = text
        path = frame.next_path()
        assert isinstance(frame.container, dict)
        if text in frame.container:
            first = self.document.keys.get(path, place)
            frame.ignored = True
            self.document.problems.append(
                Problem(
                    path,
                    f"`{text}` is stated twice: here and in line {first.line}",
                    text,
                    "remove one of the two",
                    line=place.line,
                    column=place.column,
                )
            )
        else:
            self.document.keys.setdefault(path, place)

    def _open(self, container: dict[str, Any] | list[Any], event: Any, place: Place) -> None:
        self._count(place)
        if self._wants_key():
            raise self._malformed("a key must be text", "write `key: value`; quote text that begins with [ or {", place)
        if event.tag is not None and not event.implicit:
            raise self._tagged(event.tag, place)
        if len(self.frames) >= MAX_DEPTH:
            raise self._malformed(f"blocks are nested more than {MAX_DEPTH} deep", "check the indentation", place)
        path = self.frames[-1].next_path() if self.frames else ""
        keyed = bool(self.frames) and self.frames[-1].key is not None
        # A block is found by its key; only a list item and the root have no key to stand at.
        self.document.values.setdefault(path, self.document.keys.get(path, place) if keyed else place)
        self.frames.append(_Frame(container, path, event.anchor))

    def _close(self) -> None:
        frame = self.frames.pop()
        self._anchor(frame.anchor, frame.container, frame.size)
        self._put(frame.container, None, frame.size)

    def _anchor(self, name: str | None, value: Any, size: int) -> None:
        if name is not None:
            self.anchors[name] = (value, size)

    def _alias(self, event: Any, place: Place) -> None:
        if self._wants_key():
            raise self._malformed("a key must be text", "write the key out", place)
        if event.anchor not in self.anchors:
            raise self._malformed(
                f"*{event.anchor} repeats &{event.anchor}, which is not complete before this place",
                f"define &{event.anchor} above, or write the value out",
                place,
                f"*{event.anchor}",
            )
        value, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self._malformed(
                f"the aliases of the file repeat more than {MAX_ALIASED:,} values", "write the values out", place
            )
        self._put(value, place, size)

    def _put(self, value: Any, place: Place | None, size: int = 1) -> None:
        """Hand a finished value to the block around it."""
        if not self.frames:
            self.document.data = value
            if place:
                self.document.values.setdefault("", place)
            return
        frame = self.frames[-1]
        frame.size += size
        if place and not frame.ignored:
            self.document.values.setdefault(frame.next_path(), place)
        if isinstance(frame.container, list):
            frame.container.append(value)
        elif frame.key is not None:
            if not frame.ignored:
                frame.container[frame.key] = value
            frame.key, frame.ignored = None, False
